"""Chinese names of catalog's codes, for pages."""

from __future__ import annotations

LABELS = {
    "DRAFT": "草稿", "SUBMITTED": "审查中", "RETURNED": "已退回", "APPROVED": "已批准待发布",
    "WITHHELD": "不予公开", "PUBLISHED": "已公开", "COMPLETED": "渠道全部完成",
    "PROACTIVE": "主动公开", "ON_REQUEST": "依申请公开", "PARTY": "党务", "GOVERNMENT": "政务",
    "PUBLIC": "向社会公开", "WHOLE_PARTY": "在全党公开", "WITHIN_ORG": "在本单位公开",
    "PARTY_ONLY": "仅限党内公开", "SPECIFIC_PERSONS": "对特定对象公开",
    "WEBSITE": "政府网站", "WECHAT": "微信公众号", "NOTICE_BOARD": "公开栏", "INTRANET": "内部公开网页",
    "INTERNAL_BOARD": "内部公开栏", "MEETING": "会议", "DOCUMENT": "文件", "CIRCULAR": "通报",
    "BRIEFING": "简报",
    "PRESS": "报刊", "RADIO_TV": "广播电视", "GAZETTE": "政府公报", "LEAFLET": "宣传材料",
    "SERVICE_HALL": "政务大厅", "LIVE_BROADCAST": "直播", "OTHER": "其他",
    "LONG_TERM": "长期公开", "PERIODIC": "定期公开", "STAGED": "逐段公开", "IMMEDIATE": "即时公开",
    "DRAFTER": "拟稿人", "SECTION_HEAD": "科室负责人", "SECRECY_REVIEWER": "保密审查员",
    "DISCLOSURE_OFFICE": "公开办", "DEPUTY_LEADER": "分管领导", "PRINCIPAL_LEADER": "主要领导",
    "CHANNEL_OPERATOR": "渠道操作员", "FEEDBACK_HANDLER": "意见承办人", "FILING_OFFICE": "备案机关",
    "SUPERVISOR": "监督人员", "ADMINISTRATOR": "管理员",
    "NOTICE": "通知公告", "POLICY": "政策文件", "REPORT": "报告", "LIST": "名单公示", "GUIDE": "指南",
    "SECTION": "科室", "LEADING_GROUP": "领导小组", "PARTY_BRANCH": "党支部", "PARTY_COMMITTEE": "党委",
    "DISCIPLINE_GROUP": "派驻纪检组", "OFFICE": "办公室", "BUREAU": "局",
    "catalog.item-drafted.v1": "拟稿", "catalog.item-revised.v1": "修改", "catalog.item-submitted.v1": "送审",
    "catalog.item-withdrawn-by-drafter.v1": "撤回", "catalog.obligation-rescheduled.v1": "公开期限重新计算",
    "catalog.obligation-missed.v1": "逾期未公开", "catalog.item-progressed.v1": "进展",
    "REVIEW": "待审查审批", "RELEASE": "待发布", "DELIVERY": "渠道待确认", "SCREEN": "待筛选",
    "ASSIGN": "待交办",
    "ANSWER": "待答复", "title": "标题", "docNo": "文号", "formedOn": "成文日期", "body": "正文",
    "disclosingBody": "发文机关", "eventOn": "事项日期",
}  # fmt: skip

CHANNELS = {
    "inside": ("INTRANET", "INTERNAL_BOARD", "MEETING", "DOCUMENT", "CIRCULAR", "BRIEFING"),
    "public": (
        "WEBSITE",
        "WECHAT",
        "NOTICE_BOARD",
        "PRESS",
        "RADIO_TV",
        "GAZETTE",
        "LEAFLET",
        "SERVICE_HALL",
    ),
}
DOCUMENT_KINDS = ("NOTICE", "POLICY", "REPORT", "LIST", "GUIDE", "OTHER")

AGENCY_KINDS = (
    ("BUREAU", "局（部门）"),
    ("OFFICE", "办公室（主管部门）"),
    ("TOWN", "乡镇（街道）"),
    ("INSTITUTION", "事业单位"),
)
ORGAN_KINDS = tuple(
    (code, LABELS[code])
    for code in (
        "SECTION",
        "OFFICE",
        "LEADING_GROUP",
        "PARTY_COMMITTEE",
        "PARTY_BRANCH",
        "DISCIPLINE_GROUP",
    )
)
ROLES = tuple(
    (code, LABELS[code])
    for code in (
        "DRAFTER",
        "SECTION_HEAD",
        "SECRECY_REVIEWER",
        "DISCLOSURE_OFFICE",
        "DEPUTY_LEADER",
        "PRINCIPAL_LEADER",
        "CHANNEL_OPERATOR",
        "FEEDBACK_HANDLER",
        "FILING_OFFICE",
        "SUPERVISOR",
        "ADMINISTRATOR",
    )
)
# Names of the fields of the administration forms, for refusals.
FIELDS = {
    "name": "名称",
    "agency": "网址标识",
    "code": "机构代码",
    "kind": "类型",
    "parentId": "上级机构",
    "agencyId": "机构",
    "organId": "内设组织",
    "position": "职务",
    "roles": "职责",
    "since": "任职日期",
    "person": "登录名",
    "level": "层级",
}
# Names of the other fields that the JSON routes take, for refusals.
ITEM_FIELDS = {
    "agency": "机构", "affairsType": "事务类别", "category": "公开类别", "attribute": "公开属性",
    "ground": "不予公开的法定理由", "groundReason": "理由", "rings": "公开范围与渠道", "scope": "公开范围",
    "channels": "渠道", "audience": "具体对象", "durationClass": "公开时限类别", "legalBasis": "公开依据",
    "changedOn": "变更日期", "documentKind": "文种", "relations": "关联信息", "files": "附件", "file": "文件",
    "document": "文件", "stage": "公开阶段", "topicTags": "主题词", "offCatalogReason": "目录外公开的理由",
    "important": "重要事项", "duty": "五明确", "task": "具体任务", "leader": "责任领导",
    "leadOrgan": "牵头科室", "deadline": "完成时限", "responsible": "责任人", "dutyTask": "具体任务",
    "dutyLeader": "责任领导", "dutyLeadOrgan": "牵头科室", "dutyDeadline": "完成时限",
    "dutyResponsible": "责任人", "effectiveFrom": "生效日期", "policy": "公开规则", "year": "年份",
    "off": "放假日期", "work": "调休上班日期", "ids": "人员编号", "expected": "所依据的版本",
    "until": "任期截止日期", "role": "文件用途", "sha256": "文件校验值",
}  # fmt: skip
