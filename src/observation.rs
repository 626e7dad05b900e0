//! What was seen of a page: the only thing that goes into the core. Knows nothing of browsers, files or lists.

/// What a request was for, in the words of the browsers' `webRequest` API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the webRequest API's own")]
pub enum RequestType {
    MainFrame,
    SubFrame,
    Stylesheet,
    Script,
    Image,
    Font,
    Object,
    Xmlhttprequest,
    Ping,
    CspReport,
    Media,
    Websocket,
    Other,
}

impl RequestType {
    /// All types, by code.
    pub const ALL: [Self; 13] = [
        Self::MainFrame,
        Self::SubFrame,
        Self::Stylesheet,
        Self::Script,
        Self::Image,
        Self::Font,
        Self::Object,
        Self::Xmlhttprequest,
        Self::Ping,
        Self::CspReport,
        Self::Media,
        Self::Websocket,
        Self::Other,
    ];

    /// The type of that name in Chromium's or Firefox's `webRequest.ResourceType`; what is not known is `Other`.
    ///
    /// `beacon` (Firefox) and `ping` (Chromium) are one, as are `image` and `imageset`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "main_frame" => Self::MainFrame,
            "sub_frame" => Self::SubFrame,
            "stylesheet" => Self::Stylesheet,
            "script" => Self::Script,
            "image" | "imageset" => Self::Image,
            "font" => Self::Font,
            "object" | "object_subrequest" => Self::Object,
            "xmlhttprequest" | "fetch" | "json" => Self::Xmlhttprequest,
            "ping" | "beacon" => Self::Ping,
            "csp_report" => Self::CspReport,
            "media" => Self::Media,
            "websocket" | "webtransport" => Self::Websocket,
            _ => Self::Other,
        }
    }

    /// The type of that code (`self as u8`); what is not known is `Other`.
    pub fn from_code(code: u32) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at).copied()).unwrap_or(Self::Other)
    }

    /// The name used in logs and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::MainFrame => "main_frame",
            Self::SubFrame => "sub_frame",
            Self::Stylesheet => "stylesheet",
            Self::Script => "script",
            Self::Image => "image",
            Self::Font => "font",
            Self::Object => "object",
            Self::Xmlhttprequest => "xmlhttprequest",
            Self::Ping => "ping",
            Self::CspReport => "csp_report",
            Self::Media => "media",
            Self::Websocket => "websocket",
            Self::Other => "other",
        }
    }
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The browser was about to send a request, or (`hop` above 0 in its id) followed a redirect.
    Request {
        /// Unique within the page's log; a second observation of the same id is ignored.
        id: String,
        /// The request's URL as the browser gave it.
        url: String,
        /// What it was for.
        kind: RequestType,
        /// The HTTP method; empty where not known.
        method: String,
        /// The URL of the document of the frame that asked, where known.
        frame: Option<String>,
    },
    /// Something in a record that could not be read; named and counted, so that nothing is lost in silence. It may have
    /// been a contact with anybody, so it makes "not seen" into "could not look", as a gap does.
    Unreadable {
        /// A stable word for the reason, such as `malformed-entry`.
        why: String,
    },
}

/// Something that could not be seen, and why: it makes "not seen" into "could not look".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// A stable word: `no-permission`, `worker-asleep`, `log-full`, `restored-from-cache`, `started-before-install`…
    pub why: String,
    /// How often, or how many requests, at least 1.
    pub count: u64,
}

/// All that was seen of one page, from its navigation to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLog {
    /// The page's own URL, after redirects.
    pub url: String,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// What was seen, in any order.
    pub observations: Vec<Observation>,
}
