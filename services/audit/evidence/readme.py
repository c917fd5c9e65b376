"""What stands in every evidence for whoever opens it without knowing how to check it."""

README = """证据包：怎样核验

本证据包不依赖平台即可核验。请使用您自己保管的离线核验工具和信任策略，
不要使用随证据一同收到的工具或公钥。

1. 取得离线核验工具：gongkai_verify.py（需要 Python 3）或 verify.html（用浏览器打开）。
2. 取得信任策略 policy.txt：来自盖章的《审计日志封存公告》、上级机关或当面交接，并核对指纹。
3. 核验：python gongkai_verify.py 证据包.zip；或在 verify.html 中选择本文件。

结论为“属实”，说明：所列条目确在台账之中，自入账起未被改动；见证方（平台以外的单位）
当时已看到包含它的台账。条目入账的时间以见证方的时钟为准，与平台服务器的时钟无关。

checkpoint         存档点：台账当时的条数与根，附日志与见证方的签名
evidence.json      本证据包证明什么
entries/           条目、包含证明、原始消息与盐
notes/ consistency/  其他存档点，以及它们与 checkpoint 前后一致的证明
leaves.bin records.bin edge  （按日、按段导出时）全部条目、原始消息、左侧子树的根
"""
