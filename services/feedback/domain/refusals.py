"""Refusals a citizen or an official may meet here."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Stale


class NoSuchFeedback(NotFound):
    text = "没有找到这条意见，请核对后再试"


class NoSuchItem(NotFound):
    text = "没有找到这条公开信息，可能尚未公开，或您不在公开对象范围内"


class AlreadyReceived(Conflict):
    text = "这条意见已经登记过，不能用同一编号再次提交不同的内容"


class FromTheFuture(Invalid):
    text = "收到日期不能晚于今天"


class BeforePublication(Invalid):
    text = "收到日期不能早于该信息的公开日期"


class PostingOver(Conflict):
    text = "该信息的公示期已经结束，不再接收新的意见；公示期内收到的纸质意见可由工作人员补录"


class NotScreened(Conflict):
    text = "这条意见还没有通过筛选，不能交办"


class AlreadyScreened(Conflict):
    text = "这条意见已经筛选过，请刷新页面查看结果"


class ReasonMissing(Invalid):
    text = "不予受理必须选择理由并写明说明"


class NoHandler(Invalid):
    text = "请指定一名承办人（须担任“意见承办人”），或指定恰有一名承办人的科室"


class AlreadyAssigned(Conflict):
    text = "这条意见已经交办；如需更换承办人，请使用“转办”"


class NotAssigned(Conflict):
    text = "这条意见目前没有在办，不能这样处理"


class SameHandler(Invalid):
    text = "新的承办人与原承办人相同"


class NotTheHandler(Forbidden):
    text = "只有被指定的承办人可以答复这条意见"


class NothingToRelease(Conflict):
    text = "这条意见没有待发布的答复"


class OwnAnswer(Forbidden):
    text = "答复须由起草人以外的第二人审核发布，您不能审核自己起草的答复"


class DoneMeanwhile(Stale):
    text = "在您打开此页之后，这条意见的办理情况已被修改，您的操作没有提交。请查看最新情况后再办理"


TWICE = "您已经办理过这一步，内容已经记录，无需重复提交；请查看最新情况"


class AlreadyErased(Conflict):
    text = "这条意见的个人信息已经删除"


class AnswerChanged(Conflict):
    text = "答复在您审核期间已被修改，请重新阅读后再发布"
