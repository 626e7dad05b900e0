//! What the words of recordings and of HTTP tell of a request's purpose. Knows no JSON.

use onlooker::observation::RequestType;

use super::{Accept, Dest, Mime, Said};

/// `_resourceType` of Chrome and browsertime and `_request_type` of WebPageTest: DevTools' names of resource types, in
/// any case, and what Chromium's `webRequest` calls the same.
pub(super) fn said(word: &str) -> Said {
    use RequestType as T;
    let word = word.to_ascii_lowercase();
    Said::Is(match word.as_str() {
        "document" => return Said::Document,
        "stylesheet" => T::Stylesheet,
        "script" => T::Script,
        "image" => T::Image,
        "font" => T::Font,
        "media" | "texttrack" => T::Media,
        "xhr" | "fetch" | "eventsource" | "preflight" => T::Xmlhttprequest,
        "websocket" | "webtransport" | "directsocket" => T::Websocket,
        "ping" => T::Ping,
        "cspviolationreport" => T::CspReport,
        "manifest" | "signedexchange" | "prefetch" | "fedcm" => T::Other,
        // "other" is DevTools' word for what it does not know: other evidence may know better.
        _ => return Said::Nothing,
    })
}

/// `Sec-Fetch-Dest`, by the Fetch standard's list of destinations.
pub(super) fn dest(word: &str) -> Dest {
    use RequestType as T;
    Dest::Is(match word {
        "document" => return Dest::Document,
        "iframe" | "frame" | "fencedframe" => return Dest::Frame,
        "empty" => return Dest::Empty,
        "script" | "worker" | "sharedworker" | "serviceworker" | "audioworklet" | "paintworklet" => T::Script,
        "style" => T::Stylesheet,
        "image" => T::Image,
        "font" => T::Font,
        "audio" | "video" | "track" => T::Media,
        "embed" | "object" => T::Object,
        "report" => T::CspReport,
        "json" | "text" | "webidentity" => T::Xmlhttprequest,
        "websocket" => T::Websocket,
        "manifest" | "xslt" | "speculationrules" | "dictionary" => T::Other,
        _ => return Dest::Unknown,
    })
}

pub(super) fn accept(value: &str) -> Accept {
    if value.starts_with("text/html") || value.starts_with("application/xhtml") {
        Accept::Html
    } else if value.starts_with("text/css") {
        Accept::Css
    } else if value.starts_with("image/") {
        Accept::Image
    } else {
        Accept::Anything
    }
}

/// What a response's media type tells of the request. Text and bytes of no kind tell nothing.
pub(super) fn mime(value: &str) -> Mime {
    use RequestType as T;
    let word = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (group, name) = word.split_once('/').unwrap_or((word.as_str(), ""));
    Mime::Is(match (group, name) {
        ("text", "html") | ("application", "xhtml+xml") => return Mime::Html,
        ("text", "css") => T::Stylesheet,
        ("image", _) => T::Image,
        ("font", _) => T::Font,
        ("audio" | "video", _) => T::Media,
        ("application", "vnd.apple.mpegurl" | "x-mpegurl" | "dash+xml") => T::Media,
        ("application", "x-shockwave-flash" | "java-archive" | "x-java-applet") => T::Object,
        ("application", "vnd.ms-fontobject" | "x-woff" | "x-woff2") => T::Font,
        ("application", name) if name.contains("font") => T::Font,
        ("application" | "text", name) if name.contains("javascript") || name.contains("ecmascript") => T::Script,
        ("application" | "text", "json" | "xml" | "wasm" | "event-stream" | "grpc-web" | "x-protobuf") => {
            T::Xmlhttprequest
        }
        ("application", name) if name.ends_with("+json") || name.ends_with("+xml") => T::Xmlhttprequest,
        _ => return Mime::Unknown,
    })
}

/// What the ending of the path tells.
pub(super) fn by_ending(url: &str) -> Option<RequestType> {
    use RequestType as T;
    let path = url.split(['?', '#']).next()?;
    let (_, after_scheme) = path.split_once("://")?;
    let (_, name) = after_scheme.split_once('/')?;
    let (_, ending) = name.rsplit('/').next()?.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "js" | "mjs" => T::Script,
        "css" => T::Stylesheet,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "ico" | "bmp" => T::Image,
        "woff" | "woff2" | "ttf" | "otf" | "eot" => T::Font,
        "mp4" | "webm" | "m4s" | "m3u8" | "mpd" | "mp3" | "ogg" | "m4a" | "ts" | "vtt" => T::Media,
        "swf" => T::Object,
        "json" | "wasm" => T::Xmlhttprequest,
        _ => return None,
    })
}

/// Whether a recorder of that name is known to record the bodies of requests; only where no request had one, so that it
/// could not be seen, does the name decide. WebPageTest's records have an empty text for every one.
pub(super) fn tells_bodies(creator: &str) -> bool {
    const KNOWN: [&str; 8] = [
        // Chrome and Edge, Firefox, Safari.
        "webinspector",
        "firefox",
        "webkit web inspector",
        "playwright",
        "chrome-har",
        "browsertime",
        "charles",
        "mitmproxy",
    ];
    let name = creator.trim().to_ascii_lowercase();
    KNOWN.iter().any(|known| name.starts_with(known))
}
