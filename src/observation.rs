//! What was seen of a page: the only thing that goes into the core. Knows nothing of browsers, files or lists.

/// What a request was for, in the words of the browsers' `webRequest` API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
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
    #[default]
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

/// Of which part of an exchange an observation tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Stage {
    /// The browser is about to ask: the address and the body are known.
    #[default]
    Request = 0,
    /// It has asked: the headers as they were sent.
    Sent = 1,
    /// It was answered: the status and the answer's headers.
    Answered = 2,
}

impl Stage {
    /// All stages, by code.
    pub const ALL: [Self; 3] = [Self::Request, Self::Sent, Self::Answered];

    /// The stage of that code (`self as u8`); what is not known is `Request`.
    pub fn from_code(code: u32) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at).copied()).unwrap_or_default()
    }

    /// The word for it in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Sent => "sent",
            Self::Answered => "answered",
        }
    }
}

/// What a recorder records at all. Without it what was not seen is not known, and a technique that needs it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Part {
    /// The headers of requests, but for cookies.
    RequestHeaders = 0,
    /// `Cookie` and `Set-Cookie`.
    Cookies = 1,
    /// The headers of answers, but for cookies.
    ResponseHeaders = 2,
    /// What requests carry beside their address.
    Bodies = 3,
    /// Which certificate and cipher a connection has.
    Security = 4,
    /// When something was asked.
    Times = 5,
    /// Under which canonical name a host stands in the DNS.
    Dns = 6,
    /// Whether a certificate goes back to a root that came with the browser.
    Roots = 7,
}

impl Part {
    /// All parts, by code.
    pub const ALL: [Self; 8] = [
        Self::RequestHeaders,
        Self::Cookies,
        Self::ResponseHeaders,
        Self::Bodies,
        Self::Security,
        Self::Times,
        Self::Dns,
        Self::Roots,
    ];

    /// The word for it in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestHeaders => "request-headers",
            Self::Cookies => "cookies",
            Self::ResponseHeaders => "response-headers",
            Self::Bodies => "bodies",
            Self::Security => "security",
            Self::Times => "times",
            Self::Dns => "dns",
            Self::Roots => "roots",
        }
    }

    /// Why a technique that needs this could not look, where it was not recorded.
    pub fn missing(self) -> &'static str {
        match self {
            Self::RequestHeaders => "needs-request-headers",
            Self::Cookies => "needs-cookies",
            Self::ResponseHeaders => "needs-response-headers",
            Self::Bodies => "needs-bodies",
            Self::Security => "needs-security",
            Self::Times => "needs-times",
            Self::Dns => "needs-dns",
            Self::Roots => "needs-roots",
        }
    }

    /// The part of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// Why something of an exchange is missing though the exchange was seen, and in which parts: whom a page contacted is known all
/// the same.
pub const LEFT_OUT: [(&str, &[Part]); 4] = [
    ("headers-left-out", &[Part::RequestHeaders, Part::Cookies, Part::ResponseHeaders]),
    ("cookies-left-out", &[Part::Cookies]),
    ("bodies-left-out", &[Part::Bodies]),
    ("bodies-not-read", &[Part::Bodies]),
];

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "nearly all are exchanges")]
pub enum Observation {
    /// A part of an exchange with a host.
    Exchange(Exchange),
    /// Something in a record that could not be read; named and counted, so that nothing is lost in silence. It may have
    /// been a contact with anybody, so it makes "not seen" into "could not look", as a gap does.
    Unreadable {
        /// A stable word for the reason, such as `malformed-entry`.
        why: String,
    },
}

/// A part of an exchange. Each names the address and the type again, so that their order means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Of which part it tells.
    pub stage: Stage,
    /// Of the request, and of the hop where it was redirected; the same in all stages. A second observation of the same id
    /// and stage is ignored.
    pub id: String,
    /// The request's URL as the browser gave it.
    pub url: String,
    /// What it was for.
    pub kind: RequestType,
    /// The HTTP method; empty where not known.
    pub method: String,
    /// The URL of the document of the frame that asked, where known.
    pub frame: Option<String>,
    /// When, in milliseconds since the page's first request, where known.
    pub time: Option<u64>,
    /// Names in lower case, and values: the request's, where they are known already, or as sent; or the answer's.
    pub headers: Vec<(String, String)>,
    /// What the request carries, of [`Stage::Request`] only.
    pub body: Option<String>,
    /// The HTTP status, of [`Stage::Answered`] only; 0 where not known.
    pub status: u16,
    /// How the connection is secured, of [`Stage::Answered`] only, where the recorder tells it.
    pub security: Option<Security>,
}

/// How a connection is secured, in the recorder's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Security {
    /// Such as `TLSv1.3`; empty where not known, as all of these.
    pub protocol: String,
    /// The cipher suite.
    pub cipher: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// The SHA-256 of the chain's root, in hexadecimal.
    pub root: String,
    /// Whether that root is one of the browser's own programme.
    pub built_in: Option<bool>,
    /// Whether the recorder saw the same host with the other kind of root before, on another page.
    pub changed: bool,
}

/// Something that could not be seen, and why: it makes "not seen" into "could not look", or for a word of [`LEFT_OUT`] into
/// "looked in part".
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
    /// What the recorder records at all.
    pub recorded: Vec<Part>,
    /// Whether values in it are pseudonyms already; else they become some before anything is judged.
    pub pseudonymous: bool,
}
