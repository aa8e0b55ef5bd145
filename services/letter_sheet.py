"""How a letter looks, plain and HTML, whoever writes it."""

from flask import current_app


def drawn(language: str, name: str, title: str, body: str, link: str, go: str = "") -> dict[str, str]:
    """The `text` and `html` of a letter; `go` names the link where it does not open a file.

    Called under the reader's locale: a letter knows no request, menu or person signed in.
    """
    about = {"language": language, "name": name, "title": title, "body": body, "link": link, "go": go}
    return {
        kind: current_app.jinja_env.get_template(f"letters/letter.{ending}").render(about)
        for kind, ending in (("text", "txt"), ("html", "html"))
    }
