//! The hosts of a page, and whose they are. A host is a number; two hosts are of one organisation or of two.

use crate::kinds::Standing;
use crate::rules::actors::Company;

/// Whose doing a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The page's own site.
    SameSite,
    /// Another site of the organisation that owns the page's.
    SameOwner,
    /// Somebody else.
    Other,
}

/// An organisation, as far as a page's host names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Org {
    /// A company that the owners' data know.
    Company(Company),
    /// Whoever has this registrable domain.
    Domain(Box<str>),
    /// Named by a list's heading, under which a host of the site's own name stands.
    Named(Box<str>),
}

/// How an actor of our own lists was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Met {
    /// At a host that is its own, and not only a sign of it.
    pub its_host: bool,
    /// By more than its own public site.
    pub at_work: bool,
}

impl Met {
    /// By a rule of which this stands in its heading.
    pub fn by(standing: Standing) -> Self {
        Self { its_host: standing.is_its_host(), at_work: !standing.own_site }
    }

    /// Both.
    pub fn add(&mut self, other: Self) {
        self.its_host |= other.its_host;
        self.at_work |= other.at_work;
    }

    /// Whether meeting it the `other` way adds nothing.
    pub fn says_all_of(self, other: Self) -> bool {
        (self.its_host || !other.its_host) && (self.at_work || !other.at_work)
    }
}

/// A host of a page.
#[derive(Debug)]
pub struct Host {
    /// Its name, in lower case.
    pub name: Box<str>,
    /// Its registrable domain.
    pub site: Box<str>,
    /// Whose doing a request to it is.
    pub relation: Relation,
    /// Whether it lies under its registrable domain, and is not that domain itself.
    pub subdomain: bool,
    /// Whether it is the page's own host.
    pub page: bool,
    /// Whose it is.
    pub org: Org,
    /// The actor of our own lists under which it stands.
    pub actor: Option<(Box<str>, Met)>,
    /// What the owners' data say it is for: a position in [`crate::rules::actors::CATEGORIES`].
    pub category: u8,
}

impl Host {
    /// Whether it can be somebody else's by its canonical name: not the page's own host, of which that says who serves the
    /// page, and not a registrable domain, which has no such record.
    pub fn may_be_renamed(&self) -> bool {
        self.relation == Relation::SameSite && self.subdomain && !self.page
    }

    /// The company whose it is, where the owners' data know one.
    pub fn company(&self) -> Option<Company> {
        if let Org::Company(company) = self.org { Some(company) } else { None }
    }
}

/// All hosts of a page.
#[derive(Debug, Clone, Copy)]
pub struct Hosts<'a>(pub &'a [Host]);

impl<'a> Hosts<'a> {
    /// The host of that number.
    pub fn get(&self, number: usize) -> Option<&'a Host> {
        self.0.get(number)
    }

    /// The number of the page's own host, if anything was asked of it.
    pub fn page(&self) -> Option<usize> {
        self.0.iter().position(|host| host.page)
    }

    /// Whether two hosts are of one organisation: then what the one learns is no news to the other. Where the owner is not
    /// known, hosts under one registrable domain are.
    pub fn are_of_one(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.get(one), self.get(other)) else { return false };
        one.org == other.org
            || one.site == other.site
            || (one.relation != Relation::Other && other.relation != Relation::Other)
    }
}
