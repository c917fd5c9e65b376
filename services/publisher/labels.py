"""Chinese names of publisher's codes, and its pages."""

from __future__ import annotations

from pathlib import Path

from services.publisher.portal.files import attachment_url
from services.publisher.portal.lists import category_url
from shared.pages import Pages

LABELS = {
    "WAITING": "待发布", "RELEASED": "发布中", "PUBLISHED": "已公开", "COMPLETED": "渠道全部完成",
    "PENDING": "待办理", "STARTED": "正在提交", "SUBMITTED": "已提交待回执",
    "CONFIRMED": "已确认", "FAILED": "失败待重试",
    "PUBLIC": "向社会公开", "WHOLE_PARTY": "在全党公开", "WITHIN_ORG": "在本单位公开",
    "PARTY_ONLY": "仅限党内公开", "SPECIFIC_PERSONS": "对特定对象公开",
    "WEBSITE": "政府网站", "WECHAT": "微信公众号", "NOTICE_BOARD": "公开栏", "INTRANET": "内部公开网页",
    "INTERNAL_BOARD": "内部公开栏", "MEETING": "会议", "DOCUMENT": "文件", "CIRCULAR": "通报",
    "BRIEFING": "简报", "PRESS": "报刊", "RADIO_TV": "广播电视", "GAZETTE": "政府公报", "LEAFLET": "宣传材料",
    "SERVICE_HALL": "政务大厅", "LIVE_BROADCAST": "直播", "OTHER": "其他",
    "PARTY": "党务", "GOVERNMENT": "政务", "DISCLOSURE": "公开信息", "HANDLING_RESULT": "意见办理结果",
    "QUOTA_REACHED": "微信接口今日次数已用完", "UNREACHABLE": "连接不上微信", "REJECTED": "微信审核未通过",
    "PeerDown": "其他服务暂时没有响应", "TextTampered": "文本与批准时不一致", "INTERNAL": "系统内部错误",
    "OutOfSpace": "存储空间不足", "PortalUnwritable": "网站目录无法写入",
    "NotFound": "原文或附件不存在", "NoSuchPublication": "相关信息尚未在网站公开",
    "LeaksOutside": "超出公开范围，已拒绝",
    "NOT_ALLOWED": "公众号没有发布权限", "DRAFT_REFUSED": "微信未接受该草稿",
    "UNKNOWN_ID": "微信不认识提交编号",
    "SECRECY": "保密审查", "OFFICE": "公开办审核", "LEADER": "领导审批", "DEPUTY": "分管领导审核",
    "OFFICE_PRE": "报批前审查", "URL": "网页", "PHOTO": "照片", "ARTICLE": "文章", "MINUTES": "记录",
}  # fmt: skip

PAGES = Pages(Path(__file__).parent, LABELS)
PAGES.share("attachment_url", attachment_url)
PAGES.share("category_url", category_url)
