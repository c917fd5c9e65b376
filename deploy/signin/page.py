"""The sign-in page, as plain HTML that works without JavaScript and without the rest of the platform."""

from html import escape

from deploy.signin.accounts import Accounts

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>登录 · 公开</title>
<link rel="stylesheet" href="/static/vendor/pico.min.css">
</head><body><main class="container">
<h1>登录政务公开平台</h1>
{problem}
<form method="post" action="/signin/">
<input type="hidden" name="next" value="{next}">
<label for="login">用户名</label>
<input id="login" name="login" value="{login}" autocomplete="username" required>
<label for="password">密码</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">登录</button>
</form>
{demo}
<p><a href="/">返回公开网站首页</a></p>
</main></body></html>
"""
DEMO = """<section aria-labelledby="demo"><h2 id="demo">演示账号</h2>
<p>这是演示环境，以下账号的密码公开，请勿录入真实信息。</p>
<table><thead><tr><th scope="col">用户名</th><th scope="col">姓名</th><th scope="col">职务</th>
<th scope="col">密码</th></tr></thead><tbody>
{rows}</tbody></table></section>"""


def safe_next(path: str) -> str:
    """`path` when it leads to our own origin; otherwise the workbench."""
    local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if local and path.isprintable() else "/work"


def render(accounts: Accounts, following: str, login: str = "", problem: str = "") -> str:
    """The page; `problem` is shown above the form and announced by screen readers."""
    return PAGE.format(
        problem=f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else "",
        next=escape(safe_next(following)),
        login=escape(login),
        demo=DEMO.format(rows=_rows(accounts)) if accounts.demo else "",
    )


def _rows(accounts: Accounts) -> str:
    cells = (
        (one.login, one.name, one.title, one.shown)
        for one in accounts.by_login.values()
        if one.shown
    )
    return "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in cells
    )
