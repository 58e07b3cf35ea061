from pipelines.settings.load import FILE, check_settings, load_settings, overlay, render_toml
from pipelines.settings.sources import EVENT_TYPES
from pipelines.settings.tree import Settings

__all__ = ["EVENT_TYPES", "FILE", "Settings", "check_settings", "load_settings", "overlay", "render_toml"]
