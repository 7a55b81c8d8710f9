import pytest

from ipplatform.domain.evidence.formats import note, policy
from ipplatform.domain.evidence.formats.signing import ED25519, SoftKey


def key(name: str, seed: int) -> note.VerifierKey:
    return note.verifier_of(name, SoftKey.from_seed(ED25519, bytes([seed]) * 32))


LOG = key("log.example", 1)
WITNESSES = [key(f"witness{number}.example", 10 + number) for number in range(3)]
NESTED = "\n".join(
    [
        "# whom we trust",
        f"log {LOG.vkey} https://log.example/log",
        *(f"witness w{number} {item.vkey}" for number, item in enumerate(WITNESSES)),
        "group pair 2 w0 w1",
        "group both all pair w2",
        "quorum both",
    ]
)


def test_a_policy_is_written_and_read() -> None:
    written = policy.Policy((LOG,), urls={LOG.vkey: "https://log.example/log"})
    assert written.text == f"log {LOG.vkey} https://log.example/log\nquorum none\n"
    assert policy.parse(written.text) == written
    assert written.origin == "log.example"


def test_no_quorum_needs_no_witness() -> None:
    assert policy.parse(f"log {LOG.vkey}\nquorum none\n").is_met(set())


def test_nested_groups_count_their_thresholds() -> None:
    parsed = policy.parse(NESTED)
    assert policy.parse(parsed.text) == parsed
    assert parsed.is_met({"w0", "w1", "w2"})
    assert not parsed.is_met({"w0", "w2"})
    assert not parsed.is_met({"w0", "w1"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none\n",
        f"log {LOG.vkey}\n",
        f"log {LOG.vkey}\nquorum none\nquorum none\n",
        f"log {LOG.vkey}\nquorum unknown\n",
        f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n",
        "log nonsense\nquorum none\n",
        f"log {LOG.vkey} url more\nquorum none\n",
        f"log {LOG.vkey}\ngroup g 1 unknown\nquorum g\n",
        f"log {LOG.vkey}\nwitness none {LOG.vkey}\nquorum none\n",
        NESTED.replace("2 w0 w1", "3 w0 w1"),
        NESTED.replace("2 w0 w1", "0 w0 w1"),
        NESTED.replace("2 w0 w1", "2 w0 w0"),
        NESTED.replace("all pair w2", "all pair w0"),
        NESTED.replace("w1 " + WITNESSES[1].vkey, "w0 " + WITNESSES[1].vkey),
        NESTED + "\nfriend x\n",
        NESTED + "\n\x07\n",
    ],
)
def test_a_policy_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(policy.PolicyError):
        policy.parse(text)
