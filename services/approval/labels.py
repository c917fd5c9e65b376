"""Chinese names of the codes that approval's pages show."""

from __future__ import annotations

from services.approval.domain.chain import NAMES
from services.approval.domain.submission import GROUNDS

LABELS = {
    **NAMES,
    **{code: f"{code} {text}" for code, text in GROUNDS.items()},
    "PENDING": "审查中", "APPROVED": "已批准", "RETURNED": "已退回", "WITHHELD": "不予公开",
    "DEFERRED": "暂缓公开", "CANCELLED": "已撤回", "PASSED": "通过",
    "PROACTIVE": "主动公开", "ON_REQUEST": "依申请公开",
    "PARTY": "党务", "GOVERNMENT": "政务",
    "PUBLIC": "向社会公开", "WHOLE_PARTY": "在全党公开", "WITHIN_ORG": "在本单位内公开",
    "PARTY_ONLY": "仅限党内公开", "SPECIFIC_PERSONS": "对特定人员公开",
    "WEBSITE": "政府网站", "WECHAT": "微信公众号", "NOTICE_BOARD": "公开栏", "INTRANET": "内部公开",
    "INTERNAL_BOARD": "内部公开栏", "MEETING": "会议", "DOCUMENT": "文件", "CIRCULAR": "通报",
    "BRIEFING": "情况通报会", "PRESS": "报刊", "RADIO_TV": "广播电视", "GAZETTE": "公报",
    "LEAFLET": "宣传材料", "SERVICE_HALL": "政务大厅", "LIVE_BROADCAST": "直播", "OTHER": "其他",
    "STAGED": "逐段公开",
    "LONG_TERM": "长期公开", "PERIODIC": "定期公开", "IMMEDIATE": "即时公开",
    "DRAFTER": "拟稿人", "SECTION_HEAD": "科室负责人", "SECRECY_REVIEWER": "保密审查员",
    "DISCLOSURE_OFFICE": "政务公开办", "DEPUTY_LEADER": "分管领导", "PRINCIPAL_LEADER": "主要领导",
    "BODY": "正文", "ATTACHMENT": "附件", "INTERPRETATION": "解读",
}  # fmt: skip
