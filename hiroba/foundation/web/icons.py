"""The few icons of Hiroba, drawn for it on a grid of 24; always shown beside a word."""

from __future__ import annotations

ICONS = {
    "today": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4'
        ' 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>'
    ),
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>',
    "talk": '<path d="M4 5h16v11H10l-4 4v-4H4z"/>',
    "gather": (
        '<circle cx="8" cy="9" r="3"/><circle cx="16.5" cy="9.5" r="2.5"/>'
        '<path d="M2.5 19c.5-3.5 2.5-5 5.5-5s5 1.5 5.5 5m1-4.5c3.5-.5 6 1 6.5 4"/>'
    ),
    "work": '<path d="M4 8h16v11H4zM9 8V5h6v3M4 13h16"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7"/>',
    "look-back": '<path d="M4 19h16M6 19v-6m6 6V6m6 13v-9"/>',
    "write": '<path d="m5 19 1-4L16 5l3 3L9 18zM13.5 7.5l3 3"/>',
    "add": '<path d="M12 5v14M5 12h14"/>',
    "unit": '<path d="M12 4v5m0 0H6v4m6-4h6v4M4 13h4v5H4zm12 0h4v5h-4zM10 4h4"/>',
    "folder": '<path d="M3 6h6l2 2.5h10V19H3z"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6m-6 4h6"/>',
    "download": '<path d="M12 4v11m-4.5-4L12 15.5 16.5 11M4 20h16"/>',
    "copy": '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>',
    "link": '<path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"/>',
    "people": '<circle cx="12" cy="8" r="3.5"/><path d="M4.5 20c1-4.5 3.5-6 7.5-6s6.5 1.5 7.5 6"/>',
    "lock": '<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6m0 3.5v.5"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-10v.5"/>',
    "help": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .9-1 1.700m0 3v.5"/>',
    "back": '<path d="M19 12H5m6-6-6 6 6 6"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "settings": '<path d="M4 7h10m4 0h2M4 17h2m4 0h10"/><circle cx="16" cy="7" r="2"/><circle cx="8" cy="17" r="2"/>',
}
