//! When a page is updated: by hour and day of the week, Japan time.

use super::shelf::{Shelf, Sight};
use crate::model::{Detail, Topic, japan};

/// Updates after which all counts are halved, so that new hours show.
const MOST: u32 = 400;

/// Takes note of an update.
pub(super) fn learn(shelf: &mut Shelf) {
    let at = japan(shelf.at());
    let (hour, day) = (at.hour() as usize, at.weekday().to_monday_zero_offset() as usize);
    let Some(detail) = shelf.touch(Topic::Hours, Sight::default()) else { return };
    if !matches!(detail, Detail::Hours { .. }) {
        *detail = Detail::Hours { hours: [0; 24], days: [0; 7] };
    }
    if let Detail::Hours { hours, days } = detail {
        if hours.iter().map(|count| u32::from(*count)).sum::<u32>() >= MOST {
            hours.iter_mut().chain(days.iter_mut()).for_each(|count| *count /= 2);
        }
        for count in [hours.get_mut(hour), days.get_mut(day)].into_iter().flatten() {
            *count = count.saturating_add(1);
        }
    }
}

/// The shortest run of hours around the clock that holds four updates in five: its first hour, and the one after its last.
pub(super) fn usual(hours: &[u16; 24]) -> (usize, usize) {
    let all: u32 = hours.iter().map(|count| u32::from(*count)).sum();
    let held =
        |from: usize, length: usize| -> u32 { (from..from + length).map(|hour| u32::from(hours[hour % 24])).sum() };
    let runs = (1..=24).flat_map(|length| (0..24).map(move |from| (from, length)));
    let shortest = runs.into_iter().find(|(from, length)| held(*from, *length) * 5 >= all * 4);
    shortest.map_or((0, 24), |(from, length)| (from, if length == 24 { 24 } else { (from + length) % 24 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_hours_go_around_midnight() {
        let mut hours = [0; 24];
        (hours[9], hours[10], hours[16]) = (10, 10, 1);
        assert_eq!(usual(&hours), (9, 11));
        let mut night = [0; 24];
        (night[23], night[0]) = (5, 5);
        assert_eq!(usual(&night), (23, 1));
        assert_eq!(usual(&[1; 24]), (0, 20));
    }
}
