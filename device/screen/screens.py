"""All that belongs to the screen of one runtime: what is told, who is told, and the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from device.errors import CannotBind, DeviceError
from device.screen.hub import Hub
from device.screen.orders import Speak
from device.screen.scene import Scene

if TYPE_CHECKING:
    from device.assistant.conversation import Conversation
    from device.settings import Settings


class Screens:
    """The screen of an agent.

    Parameters
    ----------
    conversation : Conversation
        What answers.
    settings : Settings
        Where the page is served, and how it looks.
    speak : callable
        Speaks an answer to what was touched.
    changed : callable
        Called when the settings were changed by touch.
    """

    def __init__(
        self, conversation: Conversation, settings: Settings, speak: Speak, changed: Callable[[], None]
    ) -> None:
        self._conversation = conversation
        self._settings = settings
        self._speak = speak
        self._changed = changed
        self.hub = Hub()
        self.scene = Scene(conversation.assistant, settings, self.hub)

    async def serve(self) -> None:
        """Serve the page until cancelled.

        Raises
        ------
        DeviceError
            The port is taken, or the map library is not installed.
        """
        from device.screen.server import ScreenServer, library_folder

        library = await asyncio.to_thread(library_folder)
        self.scene.look()
        server = ScreenServer(
            self._conversation,
            self.scene,
            self.hub,
            self._settings,
            library=library,
            speak=self._speak,
            changed=self._changed,
        )
        try:
            await server.serve()
        except CannotBind as error:
            raise DeviceError(f"{error}: set another [screen] port") from None
