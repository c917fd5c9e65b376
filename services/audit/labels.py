"""Chinese names of the codes on inspectors' pages."""

from __future__ import annotations

from services.audit.domain.board import NAMES
from services.audit.domain.erasure import BASES
from services.audit.domain.timeline import CHANNELS, SCOPES, STEPS, TYPES
from services.audit.domain.timeline import ROLES as ROLES

LABELS = {
    **TYPES, **STEPS, **CHANNELS, **SCOPES, **NAMES,
    "DRAFTED": "起草中", "SUBMITTED": "审查中", "WITHDRAWN": "已撤回", "APPROVED": "已批准，待发布",
    "RETURNED": "已退回", "WITHHELD": "不予公开", "SCHEDULED": "已排期", "PUBLISHED": "已公开",
    "COMPLETED": "各渠道均已发布", "ENDED": "公示期满",
    "PROACTIVE": "主动公开", "ON_REQUEST": "依申请公开",
    "catalog": "信息目录", "approval": "审查审批", "publisher": "发布", "feedback": "公众意见",
    "audit": "监督审计",
    **BASES,
    "fork": "两种历史", "behind": "数据库丢失条目", "frozen": "已停止入账",
    "gap": "版本缺失", "omission": "事实缺失", "surplus": "来历不明的事实", "conflict": "内容冲突",
    "quarantine": "无法识别的消息", "lost": "读取前被删除",
}  # fmt: skip
