//! The calendar: days by year, month and day. Knows no clock and no format.

/// Days from 1970-01-01 to a day of the Gregorian calendar, before that below 0. Months and days begin with 1; a day that the
/// month does not have is one of the next. Years begin with March here, so that the leap day is a year's last.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let before = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From the first of March of the year 0 to the first of January 1970 it is so many days.
    year * 365 + leaps + before - 719_468
}
