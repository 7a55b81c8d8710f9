"""README.zh.txt: what README.txt says, in Chinese. The English text and the commands in VERIFY.txt are the authority."""

from __future__ import annotations

from dataclasses import dataclass

from ipplatform.domain.evidence.bundle import court
from ipplatform.domain.evidence.bundle.texts import Facts
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.time.queries import Interval
from ipplatform.domain.evidence.witness.bundle import Head


@dataclass(frozen=True)
class Beside:
    """What the bundle holds beside the filing and the log. `signed` is None in a bundle without the filing."""

    head: Head
    interval: Interval
    signed: bool | None
    certified: bool


def readme(facts: Facts, beside: Beside, said: court.Statements) -> bytes:
    text = README.format(
        number=facts.number,
        origin=facts.origin,
        index=facts.index,
        size=facts.size,
        recorded_at=facts.recorded_at,
        time=_time(beside.interval),
        held=ERASED.format(erased=facts.erased) if facts.erased else FULL if facts.with_filing else PUBLIC,
        witnesses=_witnesses(beside.head),
    )
    own = {None: "", True: SIGNED, False: UNSIGNED}[beside.signed]
    return (text + own + (CERTIFICATE if beside.certified else "") + court.chinese(said)).encode()


def _time(interval: Interval) -> str:
    if interval.not_after is None:
        return "没有独立的时间戳机构证明该时间；时间仅为平台自身的陈述。"
    by = f"最迟于 {timestamp(interval.not_after)} 已在日志中：\n  由 {'、'.join(interval.names)} 加盖时间戳证明。"
    if interval.not_before is None:
        return f"{by}此前没有对日志加盖的时间戳。"
    before = timestamp(interval.not_before)
    return f"{by}日志上一次加盖时间戳\n  （{before}）时，本申请尚不在其中；该较早的时间戳由平台保存。"


def _witnesses(head: Head) -> str:
    if head.met_quorum:
        return MET.format(quorum=head.policy.quorum)
    return NONE if head.met_quorum is None else UNMET


README = """\
申请证据 {number}

本证据证明什么
  日志有 {size} 个条目时，本申请是公开日志 {origin} 的第 {index} 号条目（编号从 0 开始）。
  此后包括运营者在内的任何人更改本申请或其位置，都会与日志的每一份副本不符。
  平台称其收到申请的时间为 {recorded_at}。
  {time}

本证据不能证明什么
  作品由谁创作，以及申请内容是否属实。

包内文件
{held}\
  log/entry.json        公开条目：对申请的承诺值，别无其他
  log/entry.tlog-proof  从条目到已签署日志头的路径
  log/policy.txt        核验者所要求的密钥
  log/vkeys.txt         同样的密钥，每行一把
  history/              同一资产的其他申请，为公开条目及其证明；没有时为空
  former/               同一申请在已终止日志中的条目（如有）
  time/                 独立时间戳机构的时间戳、证书和吊销列表（如有）
  SHA256SUMS SHA512SUMS 此处每个文件的摘要
  verify.sh             用 openssl 核验全部内容；VERIFY.txt 逐步说明（英文）
  README.txt            本文件的英文本

请信任密钥，而非本证据包
  伪造者可以用自己的密钥制作整个证据包。请将 log/vkeys.txt 中的密钥与另行取得的密钥
  核对：平台网站、官方公报、日志的见证方，或较早的证据包。

见证方
{witnesses}"""

FULL = """\
  filing/manifest.json  所提交的内容，与记录完全一致；列出各文件材料
  filing/salt.hex       承诺值的随机盐值；请与清单一并保存
  filing/submitter.*    权利人自己对清单的签名（如有）
  filing/NNN-…          各文件材料，与收到时逐字节相同，按清单顺序排列
"""

PUBLIC = """\
  （不含 filing/：这是公开的证据包。权利人的证据包含清单、盐值和文件材料，
  可表明承诺值所对应的内容。）
"""

ERASED = """\
  （此处没有 filing/：内容已删除，{erased}。清单、盐值和文件材料均已销毁。
  持有较早证据包的人仍可表明当时所提交的内容；平台已无法再提供。）
  erasure/entry.json    删除的公开条目，及其到已签署日志头的路径
  erasure/manifest.json 删除了什么、法律依据以及由谁决定
  erasure/salt.hex      该条目承诺值的盐值；并非秘密
"""

MET = """\
  log/policy.txt 所列的他方保存日志头的副本。它们在核实日志头包含此前各日志头的全部内容
  之后联署了 log/entry.tlog-proof 中的日志头，并达到法定见证数 {quorum}。没有它们的配合，
  日志不可能向他人展示另一套历史。各方所述时间以其自身时钟为准。
"""
UNMET = """\
  制作本证据包时尚未达到本日志所要求的法定见证数：仅有日志自身的签名保证其向所有人
  展示同一历史。请稍后重新获取证据包。
"""
NONE = """\
  未要求见证方：仅有日志自身的签名保证其向所有人展示同一历史。
"""
SIGNED = """
权利人自己的签名
  filing/submitter.json 说明由谁、以哪把密钥、对哪些字节签名；该文件本身未经签名：重要的是
  每个签名均能以其密钥核验，且密钥属于签名人。密钥登记的证据（日志中另有记录，见该文件）
  表明平台何时将其与该人绑定。之后被撤销的密钥，其此前的签名仍可核验。
"""
UNSIGNED = """
权利人自己的签名
  本证据包中没有。这不说明任何问题：签名并非必须，转交证据包的人也可能略去了签名。
  如有需要，请向其索取。
"""
CERTIFICATE = """
证书
  certificate.pdf 供人阅读，由平台签名（PAdES），从来不是信任的根源。其所述一切均可由以上
  文件得出；没有它，以上文件依然有效。
"""
