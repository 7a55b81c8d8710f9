import pytest

from ipplatform.domain.evidence.formats import proof

HASHES = (b"a" * 32, b"b" * 32)
CHECKPOINT = b"log\n4\nroot\n\nsignature\n"


def test_a_proof_file_is_header_index_hashes_and_checkpoint() -> None:
    file = proof.ProofFile(2, HASHES, CHECKPOINT)
    assert file.data.startswith(b"c2sp.org/tlog-proof@v1\nindex 2\nYWFh")
    assert file.data.endswith(b"=\n\n" + CHECKPOINT)
    assert proof.parse(file.data) == file


def test_the_proof_of_the_only_leaf_has_no_hash() -> None:
    file = proof.ProofFile(0, (), CHECKPOINT)
    assert file.data == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + CHECKPOINT
    assert proof.parse(file.data) == file


def test_extra_data_is_passed_over() -> None:
    data = proof.ProofFile(2, HASHES, CHECKPOINT).data.replace(b"index", b"extra AAAA\nindex", 1)
    assert proof.parse(data).index == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\n",
        b"c2sp.org/tlog-proof@v1\nindex -1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex \xff\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n" * 64 + b"\n",
    ],
)
def test_what_is_not_a_proof_file_is_refused(data: bytes) -> None:
    with pytest.raises(proof.ProofFileError):
        proof.parse(data)
