//! The dates of recordings (RFC 3339, as JavaScript, Firefox and Python write it) as milliseconds since 1970.

use onlooker::calendar::days;

/// Milliseconds since 1970; none where it is no date. Without a zone it is taken for UTC: what is asked for are
/// differences within one recording.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2).filter(|month| (1..=12).contains(month))?;
    let day = digits(parts.next()?, 2).filter(|day| (1..=31).contains(day))?;
    if parts.next().is_some() {
        return None;
    }
    let (clock, zone) = time.split_at_checked(time.find(['Z', 'z', '+', '-']).unwrap_or(time.len()))?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    // A leap second is the next minute's first.
    let second = digits(parts.next()?, 2).filter(|second| *second <= 60)?;
    if parts.next().is_some() || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: i64 = fraction.bytes().chain(*b"00").take(3).fold(0, |sum, b| sum * 10 + i64::from(b - b'0'));
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute - offset(zone)?) * 60 + second;
    Some(seconds * 1_000 + thousandths)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// How many minutes a zone is ahead of UTC: `Z`, `+01:00`, `+0100`, `+01`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2)? };
    Some(sign * (digits(hours, 2)? * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn dates_as_recorders_write_them() {
        for (text, then) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2000-02-29T12:00:00.5Z", Some(951_825_600_500)),
            ("2017-06-28T17:41:55.090+09:00", Some(1_498_639_315_090)),
            ("2017-06-28T08:41:55.090Z", Some(1_498_639_315_090)),
            ("2022-02-04T05:23:40.045123+00:00", Some(1_643_952_220_045)),
            ("2022-02-03T23:53:40.045-0530", Some(1_643_952_220_045)),
            ("2022-02-04 05:23:40", Some(1_643_952_220_000)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_800_000)),
            ("", None),
            ("0", None),
            ("2022-02-04", None),
            ("2022-13-04T05:23:40Z", None),
            ("2022-02-04T24:00:00Z", None),
            ("2022-02-04T05:23Z", None),
            ("2022-02-04T05:23:40.Z", None),
            ("2022-02-04T05:23:40+9", None),
            ("2022-02-04T05:23:40+é", None),
            ("Fri, 04 Feb 2022 05:23:40 GMT", None),
            ("+002022-02-04T05:23:40Z", None),
        ] {
            assert_eq!(milliseconds(text), then, "{text}");
        }
    }
}
