use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Processes of one service that take turns, as behind a load balancer.
#[derive(Debug)]
pub struct Turns {
    places: Vec<Place>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Place {
    url: String,
    rests: AtomicBool,
}

impl Turns {
    /// Processes at these base URLs.
    pub fn of(urls: impl IntoIterator<Item = String>) -> Self {
        let places = urls.into_iter().map(|url| Place {
            url,
            rests: AtomicBool::new(false),
        });
        Self {
            places: places.collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// Whose turn it is.
    ///
    /// # Panics
    /// Nobody is there.
    pub fn take(&self) -> &str {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.places.len();
        let mut places = (0..count).map(|step| &self.places[first.wrapping_add(step) % count]);
        let place = places.find(|place| !place.rests.load(Ordering::Relaxed));
        &place.expect("somebody does not rest").url
    }

    /// Gives no turn to a process from now on, or gives it turns again.
    pub fn rest(&self, url: &str, rests: bool) {
        for place in self.places.iter().filter(|place| place.url == url) {
            place.rests.store(rests, Ordering::Relaxed);
        }
    }

    /// Base URLs of all processes.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.url.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[test]
    fn whoever_rests_gets_no_turn() {
        let turns = Turns::of(["a".to_owned(), "b".to_owned()]);
        let took: Vec<&str> = (0..4).map(|_| turns.take()).collect();
        assert_eq!(took, ["a", "b", "a", "b"]);
        turns.rest("b", true);
        assert!((0..4).all(|_| turns.take() == "a"));
        turns.rest("b", false);
        let took: Vec<&str> = (0..4).map(|_| turns.take()).collect();
        assert_eq!(took, ["a", "b", "a", "b"]);
    }
}
