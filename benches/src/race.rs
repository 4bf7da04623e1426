//! Whole processes, timed in rounds: everybody has a turn in each, so that whatever else the machine
//! does hits all alike. In a turn a process runs twice and the second time counts, so that nobody
//! pays for what the one before left in the caches. Times are wall times; nothing is asserted.

use std::{
    fmt, io,
    process::Command,
    time::{Duration, Instant},
};

/// What somebody took in each round, in seconds.
pub struct Times(Vec<f64>);

/// Times every command once in each round, another one first each time.
///
/// # Errors
/// A command that cannot be started, or fails.
pub fn race(commands: &mut [Command], rounds: usize) -> io::Result<Vec<Times>> {
    let mut times: Vec<_> = commands.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for turn in 0..commands.len() {
            let runner = (round + turn) % commands.len();
            time(&mut commands[runner])?;
            times[runner].push(time(&mut commands[runner])?.as_secs_f64());
        }
    }
    Ok(times.into_iter().map(Times).collect())
}

fn time(command: &mut Command) -> io::Result<Duration> {
    let start = Instant::now();
    let status = command.status().map_err(|error| failed(command, &error))?;
    let took = start.elapsed();
    if status.success() { Ok(took) } else { Err(failed(command, &status)) }
}

fn failed(command: &Command, why: &dyn fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {why}", command.get_program().display()))
}

impl Times {
    /// The time that a part of the rounds stayed under, in seconds.
    #[must_use]
    pub fn at(&self, part: f64) -> f64 {
        at(&self.0, part)
    }

    /// How these compare with others of the same rounds.
    #[must_use]
    pub fn to(&self, other: &Self) -> Ratio {
        let pairs: Vec<_> = self.0.iter().zip(&other.0).map(|(own, other)| own / other).collect();
        Ratio {
            median: self.at(0.5) / other.at(0.5),
            calm: self.at(0.05) / other.at(0.05),
            quartiles: [at(&pairs, 0.25), at(&pairs, 0.75)],
        }
    }
}

fn at(numbers: &[f64], part: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() - 1) as f64 * part;
    sorted[place.round() as usize]
}

/// How many times as long somebody takes.
pub struct Ratio {
    /// Of the medians.
    pub median: f64,
    /// Of the fastest twentieth, which a busy machine does not change much.
    pub calm: f64,
    /// The quartiles of the pairs' ratios.
    pub quartiles: [f64; 2],
}

/// `0.72 (0.69–0.76; 5 % 0.71)`
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, calm, quartiles: [lower, upper] } = self;
        write!(f, "{median:.2} ({lower:.2}–{upper:.2}; 5 % {calm:.2})")
    }
}
