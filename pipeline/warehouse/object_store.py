"""Read and write objects of an object store or folder, by URL.

The only module that imports obstore. Belongs here: requests, retries, and errors in words. Does not: which objects are written, and when.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple
from urllib.parse import unquote, urlsplit

from pipeline.errors import UserError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Passed = TypeVarTuple("Passed")
Request = Callable[Concatenate["Bucket", Arguments], Coroutine[Any, Any, Result]]
#: Attempts per request, with pauses that double from half a second.
_TRIES = 5
_SECONDS_PER_REQUEST, _SECONDS_TO_CONNECT = 60, 10
_MOST_SECONDS_OF_RETRIES = 180
#: Attempts to change an object that others change too, and the first and the longest pause between them, in seconds.
_TRIES_TO_CHANGE, _FIRST_PAUSE, _LONGEST_PAUSE = 30, 0.05, 2.0
#: Larger files are sent in parts of this size, each a request of its own.
_PART_BYTES = 8 * 1024 * 1024
_PARTS_AT_ONCE = 2
_REQUESTS_AT_ONCE = 16
#: Name of the attribute in which objects carry their SHA-256.
_SHA256 = "sha256"
_LOCK = ".lock"
_CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run on a machine with a role",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account",
    "az": "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
# Values of environment variables with these beginnings are hidden in messages; not those shorter than a key, which any text may contain.
_CREDENTIAL_VARIABLES, _SHORTEST_KEY = ("AWS_", "AZURE_", "GOOGLE_"), 8


class ObjectStoreError(UserError):
    """An object store cannot be used; the message says why, without credentials."""


class FolderError(ObjectStoreError):
    """The folder of a `file` URL cannot be used."""


@dataclass(frozen=True)
class Stored:
    """Content of an object, and its version.

    A conditional write (`Bucket.replace`) only succeeds if the object still has the version.
    """

    content: bytes
    version: dict[str, str]


def _explained(request: Request[Arguments, Result]) -> Request[Arguments, Result]:
    """Decorate a method of `Bucket`: any error becomes an `ObjectStoreError`.

    One that is an `ObjectStoreError` already passes unchanged. The new error is raised outside of `except`, so that no traceback shows the
    library's text, which may contain keys.
    """

    @wraps(request)
    async def send(bucket: "Bucket", /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        try:
            return await request(bucket, *arguments, **named)
        except ObjectStoreError:
            raise
        except Exception as error:  # noqa: BLE001 the library has no base class for all its errors
            problem = ObjectStoreError(f"{bucket.url}: {_describe(error, bucket._scheme, bucket._name)}")
        raise problem

    return send


class Bucket:
    """Objects below one URL of an object store, or of a folder.

    A folder has a `file` URL. Keys are relative to the URL. Methods raise `ObjectStoreError`.
    """

    def __init__(self, url: str, store: "ObjectStore") -> None:
        self.url = url.rstrip("/")
        self._store = store
        parts = urlsplit(url)
        self._scheme, self._name = parts.scheme, parts.netloc
        #: Folders know neither attributes nor conditional writes.
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None

    @_explained
    async def read(self, key: str) -> Stored | None:
        """Return an object, or None if there is none.

        A missing bucket raises `ObjectStoreError`.
        """
        import obstore  # noqa: PLC0415 an optional extra

        try:
            result = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise
            return None
        return Stored(bytes(await result.bytes_async()), _to_version(result.meta))

    @_explained
    async def list_sizes(self, folder: str) -> dict[str, int]:
        """List the objects below a folder, at any depth: bytes by key.

        Each request lists a thousand objects.
        """
        import obstore  # noqa: PLC0415 an optional extra

        sizes: dict[str, int] = {}
        async for objects in obstore.list(self._store, folder):
            sizes |= {item["path"]: item["size"] for item in objects}
        return sizes

    async def create(self, key: str, content: bytes) -> bool:
        """Write an object, unless one of this name exists.

        Returns whether the object of this name now has this content.
        """
        return await self._put_if(key, content, "create")

    @_explained
    async def replace(self, key: str, content: bytes, version: dict[str, str]) -> bool:
        """Replace an object if it still has this version (`Stored.version`).

        Returns whether it was replaced. In an object store, not in a folder, also True if an object of another version has this content.
        """
        if self._folder is None:
            return await self._put_if(key, content, version)
        with (self._folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            current = await self.read(key)
            return current is not None and current.version == version and await self._put_if(key, content, "overwrite")

    async def change(self, key: str, change: Callable[[bytes | None], bytes | None]) -> bytes | None:
        """Replace the content of an object by the result of `change`.

        `change` gets the present content, None if there is no object; if it returns None, the object is deleted, even if others wrote it
        meanwhile. The same content is not written again. If others write before the new content is written, `change` is called again with
        theirs. After 30 attempts, `ObjectStoreError` is raised. Returns the new content.
        """
        for attempt in range(_TRIES_TO_CHANGE):
            before = await self.read(key)
            content = change(before.content if before else None)
            if content is None or (before and before.content == content):
                if content is None and before:
                    await self.delete([key])
                return content
            if await (self.replace(key, content, before.version) if before else self.create(key, content)):
                return content
            await asyncio.sleep(min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE))
        raise ObjectStoreError(f"{self.url}/{key} was changed by others at each of {_TRIES_TO_CHANGE} attempts; run again later")

    @_explained
    async def _put_if(self, key: str, content: bytes, mode: Any) -> bool:
        """Write an object under a condition; return whether it now has `content`.

        `mode`: the condition in terms of obstore: `create`, `overwrite`, or the version that the object must have.
        """
        import obstore  # noqa: PLC0415 an optional extra
        from obstore.exceptions import AlreadyExistsError, PreconditionError  # noqa: PLC0415 as above

        try:
            await obstore.put_async(self._store, key, content, mode=mode, attributes=self._attributes(key, {"Cache-Control": "no-cache"}))
        except (AlreadyExistsError, PreconditionError):
            pass
        else:
            return True
        # The first attempt may have succeeded although its response was lost.
        current = await self.read(key)
        return current is not None and current.content == content

    def _attributes(self, key: str, attributes: dict[str, str]) -> dict[str, str] | None:
        """Return the attributes with the content type, guessed from the key.

        None if the bucket is a folder (a `file` URL), which knows no attributes.
        """
        kind, _ = guess_type(key)
        return attributes | ({"Content-Type": kind} if kind else {}) if self._folder is None else None

    @_explained
    async def upload(self, key: str, path: Path, sha256: str) -> None:
        """Write a file to an object, with its SHA-256 as an attribute.

        An existing object is replaced. `sha256` is not compared with the content.
        """
        import obstore  # noqa: PLC0415 an optional extra

        await obstore.put_async(
            self._store,
            key,
            path,
            attributes=self._attributes(key, {_SHA256: sha256}),
            use_multipart=path.stat().st_size > _PART_BYTES,
            chunk_size=_PART_BYTES,
            max_concurrency=_PARTS_AT_ONCE,
        )

    @_explained
    async def download(self, key: str, path: Path) -> str:
        """Write an object to a file; return the SHA-256 of its content.

        The hash is empty, and there is no file, if there is no object.
        """
        import obstore  # noqa: PLC0415 an optional extra

        try:
            result = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise
            return ""
        digest = hashlib.sha256()
        with path.open("wb") as file:
            async for chunk in result.stream():
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    @_explained
    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, a thousand per request; missing ones are no error.

        But if the bucket is a folder (a `file` URL), others may stay when one is missing.
        """
        import obstore  # noqa: PLC0415 an optional extra

        try:
            await obstore.delete_async(self._store, list(keys))
        except FileNotFoundError:
            if not self._folder:
                raise

    @_explained
    async def read_hash(self, key: str) -> str:
        """Return the SHA-256 of an object's content.

        It is an attribute of objects that `upload` wrote; for others it is computed from the content. `ObjectStoreError` if there is no
        object.
        """
        import obstore  # noqa: PLC0415 an optional extra

        head = await obstore.get_async(self._store, key, options={"head": True})
        if recorded := head.attributes.get(_SHA256):
            return str(recorded)
        digest = hashlib.sha256()
        async for chunk in (await obstore.get_async(self._store, key)).stream():
            digest.update(chunk)
        return digest.hexdigest()


def open_bucket(url: str, *, tries: int = _TRIES, seconds: int = _SECONDS_PER_REQUEST) -> Bucket:
    """Return a `Bucket` for a URL. Nothing is requested yet.

    `tries`: attempts per request; `seconds`: longest wait for one attempt; a `file` URL ignores both. Credentials are
    taken from the library's environment variables, or from the role of the machine. Raises `ObjectStoreError` if obstore is not installed,
    or the URL or a variable is wrong; `FolderError` if the folder of a `file` URL does not exist: it is never created, because below the
    mount point of an absent share that would succeed.
    """
    try:
        from obstore.store import from_url  # noqa: PLC0415 an optional extra
    except ImportError as error:
        raise ObjectStoreError(
            f"{url} cannot be used, because obstore is not installed; install it: uv sync --locked --no-dev --extra s3, with every "
            f"other --extra and --group that you use, or unset the setting"
        ) from error
    scheme, name = urlsplit(url).scheme, urlsplit(url).netloc
    if scheme == "file":
        _require_folder(url)
    options: dict[str, Any] = {
        "client_options": {
            "timeout": timedelta(seconds=seconds),
            "connect_timeout": timedelta(seconds=min(seconds, _SECONDS_TO_CONNECT)),
            "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true",
        },
        "retry_config": {
            "max_retries": tries - 1,
            "retry_timeout": timedelta(seconds=_MOST_SECONDS_OF_RETRIES),
            "backoff": {"init_backoff": timedelta(seconds=0.5), "max_backoff": timedelta(seconds=10), "base": 2},
        },
    }
    try:
        return Bucket(url, from_url(url) if scheme == "file" else from_url(url, **options))
    except Exception as error:  # noqa: BLE001 the library has no base class for all its errors
        problem = ObjectStoreError(f"{url}: {_describe(error, scheme, name)}")
    raise problem


def _require_folder(url: str) -> None:
    """Raise `FolderError` unless the folder of a `file` URL exists."""
    folder = Path(unquote(urlsplit(url).path))
    try:
        is_folder, reason = folder.is_dir(), f"there is no folder {folder}"
    except OSError as error:
        is_folder, reason = False, f"the folder {folder} cannot be read ({error.strerror})"
    if not is_folder:
        raise FolderError(f"{url}: {reason}; mount the share, create the folder, or correct the URL")


class _EventLoop(asyncio.SelectorEventLoop):
    """Event loop that knows whether a thread is delivering a result.

    The library delivers from threads of its own. A process that ends before such a thread has left Python is aborted, after all its work.
    """

    def __init__(self) -> None:
        super().__init__()
        self.delivering = threading.RLock()

    def call_soon_threadsafe(self, callback: Callable[[*Passed], object], *args: *Passed, context: Context | None = None) -> asyncio.Handle:
        """Let the loop call a function, as any event loop does."""
        with self.delivering:
            return super().call_soon_threadsafe(callback, *args, context=context)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run requests that are written as a coroutine; return their result."""
    loop = _EventLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        try:
            return runner.run(work)
        finally:
            with loop.delivering:  # the last result is here, its thread perhaps not yet gone
                pass


def run_all(requests: Iterable[Callable[[], Coroutine[Any, Any, Result]]]) -> list[Result]:
    """Run requests, 16 at a time; return their results in order.

    The first error cancels all others, and is raised. It is `gather` for code that is not async.
    """
    return run(gather(requests))


async def gather(requests: Iterable[Callable[[], Coroutine[Any, Any, Result]]], at_once: int = _REQUESTS_AT_ONCE) -> list[Result]:
    """Run requests, `at_once` at a time; return their results in order.

    The first error cancels all others, and is raised.
    """
    slots = asyncio.Semaphore(at_once)

    async def run_one(request: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        async with slots:
            return await request()

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run_one(request)) for request in requests]
    except ExceptionGroup as errors:
        first = errors.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise first


def _to_version(meta: Any) -> dict[str, str]:
    """Return an object's ETag and version; a missing one is left out."""
    return {name: value for name in ("e_tag", "version") if (value := meta.get(name))}


def _describe(error: Exception, scheme: str, bucket: str) -> str:
    """Describe an error of the library, and what to do about it.

    The library's text may contain keys. Of a known error, only status and code are used; of any other, the type and the first 200
    characters of its first line, up to a `<`, with URLs and the values of `_CREDENTIAL_VARIABLES` replaced.
    """
    text = str(error)
    status, code = _find(r"status code: (\d{3})", text), _find(r"<Code>(\w{1,60})</Code>", text)
    answer = " ".join(part for part in (status, code) if part)
    credentials = _CREDENTIALS.get(scheme, "let this user write the folder")
    known = {
        "169.254.169.254": f"no credentials; {credentials}",  # the library asks the machine for a role
        "metadata.google": f"no credentials; {credentials}",
        "Account must be specified": f"no credentials; {credentials}",
        "NoSuchBucket": f"there is no bucket {bucket}; create it, or correct the URL",
        "status code: 404": f"there is no bucket {bucket}; create it, or correct the URL",
        "status code: 401": f"the credentials are refused ({answer}); {credentials}, with the right to list, read and write",
        "status code: 403": f"the credentials are refused ({answer}); {credentials}, with the right to list, read and write",
        "status code: 4": f"the server refused a request ({answer})",
        "status code: 5": f"the server answered {answer} to every attempt; run again later",
        "BadScheme": "the endpoint is not https; in a closed network, set AWS_ALLOW_HTTP=true",
        "TimedOut": "no response in time; run again later",
        "dns error": "the name of the server is unknown; check the endpoint (AWS_ENDPOINT_URL)",
        "Connect": "no connection to the server; check the endpoint (AWS_ENDPOINT_URL) and the network",
        "HTTP error": "the connection was lost at every attempt; run again later",
        "Permission denied": f"no permission; {credentials}",
        "No space left": "the disk is full; free some space and run again",
    }
    summary = re.sub(r"\w+://\S+", "URL", _hide_credentials(text.partition("\n")[0].partition("<")[0]))[:200]
    return next((meaning for words, meaning in known.items() if words in text), f"{type(error).__name__}: {summary}")


def _hide_credentials(text: str) -> str:
    """Replace in a text the values of variables that may be keys.

    Those are all environment variables named as in `_CREDENTIAL_VARIABLES`, with values of eight characters or more.
    """
    values = {value for name, value in os.environ.items() if name.startswith(_CREDENTIAL_VARIABLES) and len(value) >= _SHORTEST_KEY}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "(key)")
    return text


def _find(pattern: str, text: str) -> str:
    """Return the first group of the first match, or an empty text."""
    match = re.search(pattern, text)
    return match.group(1) if match else ""
