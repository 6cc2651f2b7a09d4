"""Videos: checked, the first seconds decoded, and the streams copied into a clean container.

The picture is not encoded again (that would take minutes); a new container gets one picture and one
sound stream, packet by packet, and nothing else: no place, maker's notes, subtitles, data tracks,
chapters, attachments or appended bytes. Only the reader whose signature was found is used, and only
codecs that browsers play; playlists and references to other files cannot be opened at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from PIL import Image

from evidence.pipeline import hashes, images
from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.kinds import Kind
from evidence.pipeline.refusal import Refusal, refused_as

MP4_PICTURES = {"h264", "hevc"}
WEBM_PICTURES = {"vp8", "vp9", "av1"}
MP4_SOUNDS = {"aac", "mp3"}
WEBM_SOUNDS = {"opus", "vorbis"}
#: Sounds of cameras and old phones that browsers do not play; made into AAC.
ENCODED_ANEW = {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_f32le", "pcm_alaw",
                "pcm_mulaw", "amrnb", "amrwb", "alac", "ac3"}  # fmt: skip
NAMES = {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "libvorbis": "vorbis",
         "libopus": "opus", "mp3float": "mp3", "amrnb": "amrnb", "amr_nb": "amrnb",
         "amr_wb": "amrwb"}  # fmt: skip
DECODERS = sorted(
    MP4_PICTURES | WEBM_PICTURES | MP4_SOUNDS | WEBM_SOUNDS | ENCODED_ANEW | set(NAMES)
)
#: Side messages inside the picture stream (dash cameras and drones write the place there).
SIDE_MESSAGES = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}
#: Decoded from the start, to see that there is a picture: this long, or this many frames.
PROBED_SECONDS = 2.0
PROBED_FRAMES = 60
POSTER_AT = 0.5
SLACK_SECONDS = 1.5
#: A file shorter than it declares by more than this was cut on its way.
CUT_SECONDS, CUT_SHARE = 0.5, 0.03
MAX_FRAME_PIXELS = 36_000_000  # 8K
MAX_PACKETS = 2_000_000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def inspect(source: Path, kind: Kind, folder: Path, limits: Limits) -> Inspection:
    """Write `clean`, `poster` and `thumb`; the facts carry size, length and the recording time."""
    with refused_as("broken"):
        probe = _probe(source, kind, limits)
        found = Inspection(
            kind=kind, stored_kind=probe.stored_kind, width=probe.poster.width,
            height=probe.poster.height, taken_at=probe.taken_at, removed=probe.extras,
        )  # fmt: skip
        found.seconds = round(_copy(source, kind, folder / "clean", probe, limits), 3)
        poster = images.thumbnail(probe.poster, images.POSTER_PIXELS)
        thumb = images.thumbnail(poster)
        found.dhash = hashes.difference_hash(thumb)
        found.dhash_mirrored = hashes.mirrored_difference_hash(thumb)
        large, small = images.to_jpeg(poster), images.to_jpeg(thumb)
    (folder / "poster").write_bytes(large)
    (folder / "thumb").write_bytes(small)
    found.poster = found.thumb = True
    return found


@dataclass(slots=True)
class _Probe:
    stored_kind: Kind
    poster: Image.Image
    picture: int
    sound: int | None
    encode_sound: bool
    declared: float
    taken_at: datetime | None
    extras: list[str]


def _open(source: Path, kind: Kind) -> Any:
    """With one demuxer, over the plain path, decoding only with what we allow, in one thread."""
    return av.open(
        str(source),
        format="matroska" if kind is Kind.WEBM else "mov",
        metadata_errors="replace",
        options={
            "codec_whitelist": ",".join(DECODERS),
            "protocol_whitelist": "file",
            "enable_drefs": "0",
            "probesize": "20000000",
        },
    )


def _probe(source: Path, kind: Kind, limits: Limits) -> _Probe:
    with _open(source, kind) as container:
        streams = container.streams
        picture = next((s for s in streams.video if not _is_cover(s)), None)
        if picture is None:
            raise Refusal("video_without_picture")
        declared = float(container.duration or 0) / av.time_base
        _check_length(declared, limits)
        if picture.codec_context is None or _name(picture) not in MP4_PICTURES | WEBM_PICTURES:
            raise Refusal("video_type")
        if not 0 < picture.width * picture.height <= min(MAX_FRAME_PIXELS, limits.pixels):
            raise Refusal("too_heavy")
        stored = Kind.MP4 if _name(picture) in MP4_PICTURES else Kind.WEBM
        if kind is not Kind.WEBM and stored is Kind.WEBM:
            stored = Kind.MP4 if _name(picture) != "vp8" else Kind.WEBM
        playable = MP4_SOUNDS if stored is Kind.MP4 else WEBM_SOUNDS
        playable = playable | ({"opus"} if stored is Kind.MP4 else set())
        named = [(s, _name(s)) for s in streams.audio if s.codec_context is not None]
        sound = next((s for s, name in named if name in playable), None)
        other = next((s for s, name in named if name in ENCODED_ANEW), None)
        return _Probe(
            stored_kind=stored,
            poster=_poster(container, picture),
            picture=picture.index,
            sound=sound.index if sound else other.index if other else None,
            encode_sound=sound is None and other is not None,
            declared=declared,
            taken_at=_taken_at(container.metadata),
            extras=_extras(container, picture),
        )


def _check_length(seconds: float, limits: Limits) -> None:
    if seconds > limits.video_seconds + SLACK_SECONDS:
        raise Refusal("video_too_long", seconds=round(seconds), limit=limits.video_seconds)


def _name(stream: Any) -> str:
    name = str(stream.codec_context.name)
    return NAMES.get(name, name)


def _is_cover(stream: Any) -> bool:
    """Album covers count as video streams too."""
    return bool(stream.disposition & stream.disposition.attached_pic)


def _poster(container: Any, picture: Any) -> Image.Image:
    """A frame from about half a second in, upright; at least one frame must decode."""
    picture.codec_context.thread_count = 1
    chosen: Any = None
    first: float | None = None
    try:
        for number, frame in enumerate(container.decode(picture)):
            at = float(frame.time or 0)
            first = at if first is None else first
            if chosen is None or at - first <= POSTER_AT:
                chosen = frame
            if at - first >= PROBED_SECONDS or number + 1 >= PROBED_FRAMES:
                break
    except av.FFmpegError as error:
        raise Refusal("broken") from error
    if chosen is None:
        raise Refusal("broken")
    upright: Image.Image = chosen.to_image()
    turn = round(float(chosen.rotation or 0)) % 360
    return upright.rotate(turn, expand=True) if turn else upright


def _taken_at(metadata: dict[str, str]) -> datetime | None:
    stamp = metadata.get("com.apple.quicktime.creationdate") or metadata.get("creation_time") or ""
    try:
        taken = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    taken = taken if taken.tzinfo else taken.replace(tzinfo=UTC)
    return taken.astimezone(UTC) if taken >= EARLIEST else None


def _extras(container: Any, picture: Any) -> list[str]:
    keys = " ".join({*container.metadata, *picture.metadata}).lower()
    found = set()
    if "location" in keys or "xyz" in keys:
        found.add("place")
    if any(word in keys for word in ("make", "model", "android", "apple")):
        found.add("camera")
    if "comment" in keys or "title" in keys or "description" in keys:
        found.add("comments")
    kept = len(container.streams.video[:1]) + len(container.streams.audio[:1])
    if len(container.streams) > kept:
        found.add("tracks")
    return sorted(found)


def _copy(source: Path, kind: Kind, target: Path, probe: _Probe, limits: Limits) -> float:
    """Copy the packets into a new container and return its length in seconds.

    A file that ends long before the length that it declares was cut on its way and is refused.
    """
    webm = probe.stored_kind is Kind.WEBM
    options = {"fflags": "+bitexact"} if webm else {"movflags": "+faststart", "fflags": "+bitexact"}
    with (
        _open(source, kind) as container,
        av.open(
            str(target), "w", format="webm" if webm else "mp4", container_options=options
        ) as out,
    ):
        picture = container.streams[probe.picture]
        lanes = {probe.picture: out.add_stream_from_template(picture, opaque=True)}
        messages = SIDE_MESSAGES.get(_name(picture))
        bare = BitStreamFilterContext(messages, picture, lanes[probe.picture]) if messages else None
        recoder: _Recoder | None = None
        sounds = [] if probe.sound is None else [probe.sound]
        if probe.sound is not None:
            sound = container.streams[probe.sound]
            if probe.encode_sound:
                recoder = _Recoder(out, sound)
            else:
                lanes[probe.sound] = out.add_stream_from_template(sound, opaque=True)
        if _name(picture) == "hevc" and probe.stored_kind is Kind.MP4:
            lanes[probe.picture].codec_context.codec_tag = "hvc1"  # Safari plays no other
        for stream in lanes.values():
            stream.metadata.clear()
        first, last = inf, -inf
        wanted = [container.streams[index] for index in sorted({*lanes, *sounds})]
        for count, packet in enumerate(container.demux(*wanted)):
            if count > MAX_PACKETS:
                raise Refusal("too_heavy")
            if packet.dts is not None:
                starts = float(packet.dts * packet.time_base)
                ends = float((packet.dts + (packet.duration or 0)) * packet.time_base)
                first, last = min(first, starts), max(last, ends)
                _check_length(last - first, limits)
            if recoder is not None and packet.stream.index == probe.sound:
                recoder.take(packet)
                continue
            if packet.dts is None:
                continue
            lane = lanes[packet.stream.index]
            filtered = bare is not None and packet.stream.index == probe.picture
            for copied in bare.filter(packet) if bare is not None and filtered else (packet,):
                copied.stream = lane
                out.mux(copied)
        if recoder is not None:
            recoder.finish()
    if last < first:
        raise Refusal("broken")
    length = last - first
    if probe.declared - length > max(CUT_SECONDS, CUT_SHARE * probe.declared):
        raise Refusal("cut")
    return length


class _Recoder:
    """Decodes sound that browsers do not play and encodes it as AAC (Opus in WebM)."""

    def __init__(self, out: Any, source: Any) -> None:
        self.out = out
        codec = "libopus" if out.format.name == "webm" else "aac"
        self.stream = out.add_stream(codec, rate=48_000)
        self.stream.layout = "mono" if source.codec_context.channels == 1 else "stereo"
        self.resampler = av.AudioResampler(
            format=self.stream.format, layout=self.stream.layout, rate=48_000
        )

    def take(self, packet: Any) -> None:
        for frame in packet.decode():
            self._encode(frame)

    def _encode(self, frame: Any) -> None:
        for resampled in self.resampler.resample(frame):
            self.out.mux(self.stream.encode(resampled))

    def finish(self) -> None:
        self._encode(None)
        self.out.mux(self.stream.encode(None))
