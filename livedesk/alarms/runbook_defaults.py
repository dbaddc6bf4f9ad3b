"""What is to be done about each kind of alarm, where the agency has no steps of its own?

An alarm's action is the first thing to do; these are the steps in their order, so that nobody has
to remember them at broadcast time. Each begins with what costs the show least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind of alarm: its title in a list, and its steps in the order in which to take them."""

    title: str
    steps: tuple[str, ...]


DEFAULTS: Final[dict[str, Entry]] = {
    # The feed.
    "feed.lost": Entry(
        "No feed from the encoder",
        (
            "Ask the studio: is the encoder on, and does it say that it streams?",
            "If it streams: compare its address and key with those on the feed page.",
            "If it does not: start the stream there. The session waits and goes on by itself.",
            "If it cannot be started within two minutes: start the spare encoder with this key.",
        ),
    ),
    "feed.starved": Entry(
        "The encoder's network or CPU holds media back",
        (
            "Look at the encoder's own display for dropped or delayed frames and CPU load.",
            "Take other traffic off its network; use a cable in place of Wi-Fi.",
            "If it goes on: lower the encoder's bitrate to two thirds, in a break if possible.",
            "Do not switch the uplink: the fault is before this machine.",
        ),
    ),
    "feed.low": Entry(
        "The encoder sends too few bits",
        (
            "Look at the picture: a still scene needs few bits, and then nothing is wrong.",
            "Look at the encoder's bitrate setting and its CPU load.",
            "Set the bitrate back to the show's figure.",
            "Do not switch the uplink: the fault is before this machine.",
        ),
    ),
    # Picture and sound.
    "picture.lost": Entry(
        "The picture is lost",
        (
            "Look at the camera and its capture device in the encoder.",
            "Put the spare camera or a still on air.",
            "If the encoder shows a picture: start its stream anew in a break.",
        ),
    ),
    "picture.none": Entry(
        "No picture so far",
        (
            "Choose a video source in the encoder.",
            "Start the encoder's stream anew.",
        ),
    ),
    "picture.black": Entry(
        "The picture is black",
        (
            "Look at the encoder's scene: is it a black one on purpose?",
            "Check the camera: on, lens cap off, cable in.",
            "Put the spare camera on air.",
        ),
    ),
    "picture.frozen": Entry(
        "The picture stands still",
        (
            "Look at the studio: does anything move? A still scene is no fault.",
            "Take the camera's source off and on again in the encoder.",
            "Put the spare camera on air, then restart the camera.",
        ),
    ),
    "sound.lost": Entry(
        "The sound is lost",
        (
            "Look at the encoder's mixer: is the source there and not muted?",
            "Choose the spare microphone.",
            "If the encoder shows sound: start its stream anew in a break.",
        ),
    ),
    "sound.none": Entry(
        "No sound so far",
        (
            "Is the show meant to be silent? Then acknowledge this.",
            "Choose an audio source in the encoder.",
        ),
    ),
    "sound.silent": Entry(
        "The sound is silent",
        (
            "Is a break with silence planned? Then acknowledge this.",
            "Look at the microphone: switched on, battery, receiver.",
            "Raise or unmute it in the encoder's mixer, or hand over the spare microphone.",
        ),
    ),
    "sound.clipping": Entry(
        "The sound clips",
        (
            "Turn the microphone down at the mixer, before the encoder.",
            "Look at the meters until the peaks stay below -1 dBFS.",
        ),
    ),
    "sync.skew": Entry(
        "Sound and picture are out of step",
        (
            "Read on the feed page how many ms, and whether sound is early or late.",
            "Correct the audio delay in the encoder by that figure.",
            "Watch it for a minute; a drift comes back and needs a restart of the stream.",
        ),
    ),
    "sync.offset": Entry(
        "By the slate, sound and picture are out of step",
        (
            "Correct the audio delay in the encoder by the figure shown.",
            "Show the slate again, and wait for its new reading.",
        ),
    ),
    "sync.forecast": Entry(
        "Sound drifts out of step",
        (
            "Note when it is expected to be too far.",
            "Plan a break before then, and start the encoder's stream anew in it.",
            "After the show: let camera and sound device run by one clock.",
        ),
    ),
    "configuration": Entry(
        "The encoder's settings are not what the platform wishes",
        (
            "Read on the feed page which setting it is, and what it should be.",
            "Before the show: correct it and start the stream anew.",
            "On air: leave it if the picture is well, and correct it in a break.",
        ),
    ),
    # The ways to the platform.
    "uplink.down": Entry(
        "The only uplink does not carry",
        (
            "Is this machine's network up? Open any page.",
            "Compare address and stream key with the platform's page; keys change with each LIVE.",
            "Move this machine to another network (the spare router or a phone).",
            "If it does not come back in two minutes: send from the encoder straight to the "
            "platform.",
        ),
    ),
    "uplink.low": Entry(
        "An uplink carries too little",
        (
            "Take other traffic off this network path.",
            "If there is another uplink: switch to it.",
            "If there is none: lower the encoder's bitrate to what the uplink carries.",
        ),
    ),
    "uplink.fault": Entry(
        "An uplink failed and was left",
        (
            "The show goes on over the other uplink: nothing needs to be done in haste.",
            "Mend the path that failed: router, cable, SIM, provider.",
            "Wait until it is ready again, then switch back in a quiet moment.",
        ),
    ),
    "uplink.standby": Entry(
        "A standby uplink could not take over",
        (
            "Check its network: router, cable, SIM, data left.",
            "Compare its address and key with the platform's page.",
            "Once it is ready: rehearse it with a drill in a quiet moment.",
        ),
    ),
    "path.none": Entry(
        "No uplink carries",
        (
            "Is this machine's network up? Open any page.",
            "Bring up another network now: the spare router or a phone.",
            "Look at the platform's page: is the LIVE ended, or the key another one?",
            "If it does not come back in two minutes: send from the encoder straight to the "
            "platform.",
        ),
    ),
    "failover.held": Entry(
        "The stream is held on a path that fails",
        (
            "Switch to the other uplink now.",
            "Or release the hold, and livedesk switches.",
            "Tell the person who held it.",
        ),
    ),
    "failover.latched": Entry(
        "The stream moved too often and stays where it is",
        (
            "Look at the timeline: which path comes and goes?",
            "Mend that path or take it out of service.",
            "Release the hold once one path has been good for some minutes.",
        ),
    ),
    "platform.dark": Entry(
        "The encoder is live, the platform is dark",
        (
            "Open the LIVE as a viewer, on a phone outside this network.",
            "If viewers see it: acknowledge this; the return check is at fault.",
            "If not: look in the platform's console whether the LIVE was ended or blocked.",
            "Start the LIVE there again; a new key goes into the settings.",
        ),
    ),
    # Our own instruments.
    "relay": Entry(
        "The relay does not report",
        (
            "Open the LIVE as a viewer: does it go on?",
            "If it does: livedesk starts the relay's link again; wait a minute.",
            "If it does not: end the engine with its relays (livedesk engine --stop), and start it "
            "again.",
        ),
    ),
    "probe": Entry(
        "Picture and sync are not measured",
        (
            "The show goes on: watch the LIVE itself until the figures are back.",
            "If they do not come back in a minute: look for CPU load on this machine.",
        ),
    ),
    "journal": Entry(
        "The record is not being written",
        (
            "Free space on this machine's disk: old recordings, the trash.",
            "If the disk is full of sessions: move old ones to another disk.",
            "Note by hand what happens until the record goes on.",
        ),
    ),
    "return": Entry(
        "What the platform shows cannot be seen",
        (
            "Open the LIVE as a viewer now and then.",
            "Check the address under [store.return] in the settings after the show.",
        ),
    ),
    # Pins.
    "pins.access": Entry(
        "The platform does not let pins in",
        (
            "Pin in the platform's own window for now.",
            "Sign in to the platform's app anew, and put the new refresh token into the settings.",
            "Run livedesk doctor, and see that it is let in until the end of the show.",
        ),
    ),
    "pins.gateway": Entry(
        "Pins cannot be sent",
        (
            "Pin in the platform's own window until it is back.",
            "Is this machine's network up? Open the platform's page.",
            "Look at the platform's status page.",
        ),
    ),
    "pins.limit": Entry(
        "The platform takes no more calls for now",
        (
            "Cue only what must be shown until the limit is over.",
            "Close other programs that use the same account.",
            "After the show: ask the platform for a higher tier.",
        ),
    ),
    "pins.unknown": Entry(
        "Whether a product is shown is not known",
        (
            "Look at the LIVE as a viewer: is the product shown?",
            "If it is not: cue it again.",
        ),
    ),
    "pins.late": Entry(
        "Pins come late",
        (
            "Ask the host to cue a little earlier.",
            "Look at the ledger for what the pins waited for.",
            "Take other traffic off this machine's network.",
        ),
    ),
    "pins.by_hand": Entry(
        "A pin waits for a hand",
        (
            "Pin it in the platform's own window.",
            "Confirm it on the Pins page.",
        ),
    ),
    "pins.catalogue": Entry(
        "The products are old",
        (
            "Look at where the products come from: file, address or platform.",
            "Before a product is shown: look up its price and stock on the platform.",
        ),
    ),
    "pins.sold_out": Entry(
        "What is shown cannot be sold",
        (
            "Tell the host.",
            "Pin another product, or take this pin away.",
        ),
    ),
    "pins.displaced": Entry(
        "The platform shows another product",
        (
            "Ask who pinned it in the platform's own window.",
            "Cue the product that is wanted again.",
        ),
    ),
    # Comments.
    "moderation.service": Entry(
        "The rule service is away",
        (
            "Go on: comments are judged here, and decisions are told later.",
            "Check the rule service and this machine's network.",
            "Agree by voice with other moderators who takes which store.",
        ),
    ),
    "moderation.chat": Entry(
        "No comments come in",
        (
            "Moderate in the platform's own window until it is back.",
            "Check the chat's settings and sign-in, and this machine's network.",
        ),
    ),
    "moderation.overdue": Entry(
        "Comments wait too long",
        (
            "Decide the oldest first; decide those that say the same together.",
            "Have somebody help: the queue can be shared.",
        ),
    ),
    "moderation.slow": Entry(
        "Comments are hidden late",
        (
            "Watch the LIVE itself, and hide by hand what must not be seen.",
            "Check the platform's answers and this machine's network.",
        ),
    ),
    "moderation.by_hand": Entry(
        "A comment waits for a hand",
        (
            "Do it in the platform's own window.",
            "Then say so in the queue.",
        ),
    ),
    "moderation.unknown": Entry(
        "What became of a decision is not known",
        (
            "Look at the LIVE: is the comment hidden, the answer posted?",
            "Decide the item again, or say that it was done.",
        ),
    ),
    "moderation.rule": Entry(
        "A rule finds what people take back",
        (
            "Look at what the rule finds.",
            "Change the rule, or allow the words that it should not find.",
        ),
    ),
    "moderation.lost": Entry(
        "Comments were not judged",
        (
            "Watch the LIVE itself until this ends.",
            "Afterwards look in the record for how many there were, and when.",
        ),
    ),
    "compliance": Entry(
        "The platform warns of this LIVE",
        (
            "Tell the host what must not be said again, and have it corrected on air.",
            "Look at the platform's page for what it asks.",
            "Say on the Pins page that it was seen to.",
        ),
    ),
    # Several stores at once.
    "paths.away": Entry(
        "Nothing gets out of several stores",
        (
            "Look at this machine's network: its cable, its router, another page on the internet.",
            "If the network is there: look at the platform's own status page.",
            "Put this machine on the spare network. All uplinks are tried again by themselves.",
            "Tell all studios with one message. Do not restart encoders or livedesk.",
        ),
    ),
    "rules.away": Entry(
        "The rule service is away for several stores",
        (
            "Call whoever runs the rule service, once for all stores.",
            "Go on: livedesk judges with the rules that it has, and tells the service later.",
            "If no rules are known: moderate in the platforms' own windows until it is back.",
        ),
    ),
    "chats.away": Entry(
        "No comments come in at several stores",
        (
            "Open one LIVE on a phone: are there comments, and does this machine reach the chat?",
            "Look at the platform's own status page.",
            "Moderate in the platforms' own windows until it is back.",
        ),
    ),
    "gateways.away": Entry(
        "Pins of several stores cannot be sent",
        (
            "Look at the platform's own status page, and at this machine's network.",
            "Tell all hosts with one message: pins are made in the platforms' own windows now.",
            "When it is back: compare what each LIVE shows with what was cued last.",
        ),
    ),
    "platforms.dark": Entry(
        "Several LIVEs are dark on their platforms",
        (
            "Open one LIVE on a phone in another network.",
            "Look at the platform's own status page; call its support, once for all stores.",
            "Leave encoders and uplinks as they are: they carry.",
        ),
    ),
    "records.away": Entry(
        "Records of several stores are not written",
        (
            "Look at the disk of this machine: is it full, or gone?",
            "Free space, or connect it again. Each record goes on by itself.",
            "Note times of what matters by hand until then. The shows go on.",
        ),
    ),
    "probes.away": Entry(
        "Several probes do not measure",
        (
            "Look at this machine's CPU and memory: other programs may take them.",
            "End what is not needed for the shows. The probes start again by themselves.",
            "Look at the platforms' own pictures until then.",
        ),
    ),
    # The engine itself.
    "channel.failing": Entry(
        "A channel does not reach people",
        (
            "Tell the people it should reach by other means that they may miss alarms.",
            "Look at its reason in the settings, under channels.",
            "Correct its address or password, and send a test message.",
        ),
    ),
    "audit.failing": Entry(
        "Who does what is not written down",
        (
            "Look at its cause: the disk is full, or the data folder cannot be written.",
            "Free space, or correct the folder's permissions. What waits is then written.",
            "Do not restart the engine before: what waits in memory would be lost.",
        ),
    ),
    "audit.aside": Entry(
        "The audit trail was damaged",
        (
            "Copy the file that was set aside to another disk; it is in the data folder.",
            "Find out what happened to it: a failing disk, a restored backup, or a person.",
            "Look through GET /v1/audit: the new trail begins with the name of the old one.",
        ),
    ),
    "runbook.failing": Entry(
        "The runbook cannot be used",
        (
            "Work by the default steps until then.",
            "Mend the file that its cause names and restart the engine, or write the steps anew.",
        ),
    ),
    "people.failing": Entry(
        "People may be locked out",
        (
            "Ask your operators whether their consoles still answer.",
            "If not: open the console on the engine's machine, which needs nobody's token.",
            "Free the disk or correct the folder's permissions, if the cause says so.",
            "Add who is missing under Settings, People, and hand out the new tokens.",
        ),
    ),
    "disk.low": Entry(
        "The disk fills up",
        (
            "Free space on this machine's disk: old recordings, the trash.",
            "Move sessions of past shows to another disk.",
        ),
    ),
    "clock.off": Entry(
        "This machine's clock is wrong",
        (
            "Switch on automatic time in this machine's settings.",
            "Do not set the clock by hand during a show.",
            "Platforms refuse signed calls of a wrong clock: look at whether pins still arrive.",
        ),
    ),
}
