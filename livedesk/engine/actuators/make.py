"""Which actuator do the settings name?"""

from __future__ import annotations

from livedesk.core.clock import Clock
from livedesk.core.settings import Actuator as ActuatorSettings
from livedesk.core.settings import CommandActuator, HttpActuator, ObsActuator
from livedesk.engine.actuators.base import Actuator
from livedesk.engine.actuators.command import CommandRun
from livedesk.engine.actuators.http import HttpCall
from livedesk.engine.actuators.obs import ObsControl


def make_actuator(settings: ActuatorSettings, clock: Clock) -> Actuator:
    """It connects to nothing until it is asked for something."""
    match settings:
        case ObsActuator():
            return ObsControl(settings, clock)
        case HttpActuator():
            return HttpCall(settings, clock)
        case CommandActuator():
            return CommandRun(settings, clock)
