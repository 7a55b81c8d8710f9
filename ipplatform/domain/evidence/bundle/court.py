"""What a court asks of stored electronic data, answered as far as a bundle can, and said where it cannot.

The questions are those of the Supreme People's Court's Online Litigation Rules for the People's Courts (Fa Shi [2021] No. 12,
in force since 2021-08-01), articles 16 to 19; other courts ask alike. `english` and `chinese` say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import settings


@dataclass(frozen=True)
class Statements:
    """What the operator states in its settings, empty where it states nothing; and by whom the filing came in."""

    name: str
    registration: str
    qualification: str
    interest: str
    software: str
    address: str
    by_platform: bool

    @classmethod
    def about(cls, record: Record) -> Statements:
        current = settings.current()
        return cls(
            name=current.operator_name or f"{current.zone_name} ({current.zone_name_zh})",
            registration=current.operator_registration,
            qualification=current.operator_qualification,
            interest=current.operator_interest,
            software=f"ipplatform {version('ipplatform')}",
            address=current.base_url,
            by_platform=record.organisation_id is None,
        )


def english(said: Statements) -> str:
    return _filled(ENGLISH, said, "not stated by the operator", PARTIES)


def chinese(said: Statements) -> str:
    return _filled(CHINESE, said, "运营者未作说明", PARTIES_ZH)


def _filled(text: str, said: Statements, silent: str, parties: tuple[str, str]) -> str:
    return text.format(
        name=said.name,
        registration=said.registration or silent,
        qualification=said.qualification or silent,
        interest=said.interest or silent,
        software=said.software,
        address=said.address,
        party=parties[said.by_platform],
    )


PARTIES = (
    "The filing was made by a user of the platform, not by the operator.",
    "The filing was made by the platform itself, so the operator is a party to it.",
)
PARTIES_ZH = ("本申请由平台用户提交，并非由运营者提交。", "本记录由平台自身作出，因此运营者为其当事方。")

ENGLISH = """
For a court

  Who runs the platform, as the operator states
    Operator:       {name}
    Registration:   {registration}
    Qualification:  {qualification}
    Interest:       {interest}
    {party}

  How the data came to be and was kept
    Software: {software}. A signed-in user sent the filing to {address}.
    The bytes of each document were taken as received; SHA-256 and SHA-512 were
    computed while they arrived, and they were never re-encoded. The manifest lists
    them. A fresh random salt and the manifest give the commitment, and the entry with
    the commitment was appended to the log, which is published as plain files. Content
    that is not public is stored encrypted (AES-256-GCM). A nightly audit recomputes
    all of it from the stored bytes; it reports, and repairs nothing.

  Algorithms
    SHA-256, SHA-512 (FIPS 180-4), HMAC-SHA256 (RFC 2104), Merkle tree (RFC 6962),
    Ed25519 (RFC 8032), ML-DSA-44 (FIPS 204), time stamps (RFC 3161), canonical JSON
    (RFC 8785). Schemas: manifest/v1, leaf/v1.

  Keys, and where to compare them
    The log's public keys are in log/vkeys.txt. They are published at {address}/log/policy,
    and with witnesses and in print where the operator does so. Trust those, not this file.

  Clocks
    The times of filing and of the entry come from the platform's own clock (UTC). What
    independent clocks say stands above, under what this proves.

  How to do it again
    VERIFY.txt has every command; sh and openssl are enough, without a network and
    without the platform.

  What this bundle does not prove, and a court may have to look into
    - That the platform is qualified to store evidence, and that its systems meet
      national or industry standards. The lines above are the operator's statements.
    - That the operator is neutral: that it has no interest shared with a party and did
      not use its position to interfere with how the data was taken in.
    - That the content was authentic before it was filed: where it comes from, how it
      was made and kept until then, and whether it is true. The proof begins with the
      bytes as they were received.
    - Who the submitter is, beyond the account and the signatures that are here.

  In the People's Republic of China these are the questions of the Online Litigation
  Rules for the People's Courts (Fa Shi [2021] No. 12), in force since 1 August 2021.
    Article 16  Data stored by blockchain technology and found consistent by technical
                check may be taken as not altered since, unless evidence to the contrary
                suffices. The check is verify.sh. Whether a public transparency log
                counts as such technology is for the court.
    Article 17  When that is disputed with reason: rules for the platform, its interest
                in the case, its systems, and whether technology and process meet the
                standards. Only the last can be judged from this bundle.
    Article 18  When authenticity before storage is disputed: source, making, keeping.
                Not answered here. A notary, other witnesses or related data may.
    Article 19  A party may have an expert speak, and the court may order an appraisal.
                Everything an expert needs to redo the check is in this bundle.
"""

CHINESE = """
供法院参考

  平台运营者（以下由运营者自行陈述）
    运营者：  {name}
    登记信息：{registration}
    资质：    {qualification}
    利害关系：{interest}
    {party}

  数据如何生成和保存
    软件：{software}。申请由已登录的用户提交至 {address}。
    每份文件材料均按收到的字节保存，接收时即计算 SHA-256 和 SHA-512，从未重新编码。
    清单列出各文件材料。新生成的随机盐值与清单得出承诺值，含承诺值的条目追加至日志，
    日志以普通文件形式公开。未公开的内容加密存储（AES-256-GCM）。每夜的审计依据所存
    字节重新计算全部内容；审计只报告，不修复。

  算法
    SHA-256、SHA-512（FIPS 180-4）、HMAC-SHA256（RFC 2104）、默克尔树（RFC 6962）、
    Ed25519（RFC 8032）、ML-DSA-44（FIPS 204）、时间戳（RFC 3161）、规范化 JSON
    （RFC 8785）。结构：manifest/v1、leaf/v1。

  密钥及核对途径
    日志公钥见 log/vkeys.txt，公布于 {address}/log/policy；运营者另行公布的，
    亦可向见证方或纸质公布件核对。请信任这些来源，而非本文件。

  时钟
    提交时间和条目时间取自平台自身的时钟（UTC）。独立时钟的陈述见上文“本证据证明什么”。

  如何重新核验
    VERIFY.txt 列有每一条命令；只需 sh 和 openssl，无需网络，也无需本平台。

  本证据包不能证明、法院可能需要审查的事项
    - 平台具备存证资质，且其信息系统符合国家标准或者行业标准。以上仅为运营者的陈述。
    - 运营者中立：与当事人不存在利害关系，且未利用其地位不当干预取证、存证过程。
    - 内容在提交之前的真实性：其来源、生成和此前的保存情况，以及内容是否属实。
      证明始于所收到的字节。
    - 提交人的身份，但账户及此处所附签名所示者除外。

  在中华人民共和国，上述问题见《人民法院在线诉讼规则》（法释〔2021〕12号，
  自2021年8月1日起施行）。
    第十六条  通过区块链技术存储并经技术核验一致的电子数据，可认定上链后未经篡改，
              有足以推翻的相反证据的除外。核验方法即 verify.sh。公开透明日志是否属于
              此类技术，由法院认定。
    第十七条  对上链后的真实性有合理异议的：平台是否合规、与案件有无利害关系、其信息
              系统是否达标、技术和过程是否符合标准。本证据包仅能供判断最后一项。
    第十八条  对上链前的真实性提出异议的：数据来源、生成机制、存储过程等。本证据包
              不作回答；公证、第三方见证或关联数据或可说明。
    第十九条  当事人可以申请有专门知识的人提出意见，法院可以委托鉴定。专家重新核验
              所需的一切均在本证据包中。
"""
