"""A py3Dmol view for notebooks that shows a still picture where its script cannot be loaded."""

from __future__ import annotations

import html

import py3Dmol

WIDTH, HEIGHT = 720, 480
OFFLINE = "A still picture. With a network the model can be turned here: 3Dmol.js is loaded then."


class NotebookView(py3Dmol.view):
    """A py3Dmol view over a still picture.

    3Dmol.js comes from the network. Its opaque canvas covers the picture once it is there;
    until then, or without a network, the picture is what is seen.

    Parameters
    ----------
    still
        SVG of the same scene, drawn by this package.
    """

    def __init__(self, still: str) -> None:
        super().__init__(width=WIDTH, height=HEIGHT)
        self.still = still

    def _make_html(self) -> str:
        """Return the view's HTML; py3Dmol shows, writes and updates what this returns."""
        head, opening, rest = super()._make_html().partition("<script>")
        script, closing, tail = rest.rpartition("</script>")
        # a molecule's name is text of the script: it must not end it
        script = script.replace("</", "<\\/").replace("<!--", "<\\!--")
        view = "".join((head, opening, script, closing, tail))
        return (
            f'<div style="position:relative;width:{WIDTH}px;max-width:100%;height:{HEIGHT}px">'
            f'<div style="position:absolute;inset:0;overflow:hidden;background:#fff;'
            f'color:#17202d">{self.still}<p style="position:absolute;bottom:0;margin:0;'
            f'padding:2px 6px;background:#fff"><small>{html.escape(OFFLINE)}</small></p></div>'
            f"{view}</div>"
        )

    def _repr_html_(self) -> str:
        """Show the view once, where py3Dmol would publish it and leave its own name below."""
        return self._make_html()
