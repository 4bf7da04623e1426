//! Many writers at once, writers that are killed, cleanups that delete what writers lock, and editors that
//! save in between: nothing is lost and nothing is torn.

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{promised::promised, support::JACKIN, tmux::LIMIT};

const BEFORE: &str = "# mine\n[env]\nPAGER = 'less' # p\n";

/// A configuration, and jackin that changes it.
struct Place(TempDir);

impl Place {
    fn on(file_system: &Path, text: &str) -> Self {
        let place = Self(tempfile::Builder::new().tempdir_in(file_system).unwrap());
        fs::write(place.file(), text).unwrap();
        // A file that was saved this very moment would be waited for.
        let old = std::time::SystemTime::now() - Duration::from_secs(5);
        fs::File::options().write(true).open(place.file()).unwrap().set_modified(old).unwrap();
        place
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn file(&self) -> PathBuf {
        self.dir().join("config.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn set(&self, name: &str, value: &str) -> Child {
        let mut jackin = Command::new(JACKIN);
        jackin.args(["config", "env", "set", name, value]).env_clear();
        jackin.env("JACKIN_CONFIG_DIR", self.dir()).stdout(Stdio::null());
        jackin.stderr(Stdio::null()).spawn().unwrap()
    }

    fn does(&self, name: &str, value: &str) {
        assert!(self.set(name, value).wait().unwrap().success(), "{name} = {value}");
    }

    /// What writers left that did not end by themselves.
    fn leftovers(&self) -> Vec<PathBuf> {
        let names = [self.dir().to_owned(), self.dir().join(".backup")];
        let entries = names.iter().flat_map(|dir| fs::read_dir(dir).into_iter().flatten());
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.to_str().unwrap().ends_with("jackin-new")).collect()
    }

    /// How many changes have been begun.
    fn begun(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir().join(".backup")).into_iter().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Numbers that look random, the same in every run.
struct Random(u32);

impl Random {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0 >> 8) / f64::from(1 << 24)
    }
}

/// For the log, past the capture of tests that pass.
fn say(text: &str) {
    let mut log = std::io::stderr();
    writeln!(log, "{text}").unwrap();
}

/// Writers that each set variables of their own, one after the other.
fn at_once(place: &Place, writers: usize, each: usize) {
    const EACH: &str = "n=0; while [ $n -lt $2 ]; do n=$((n+1)); \
                        \"$0\" config env set V_$1_$n of-$1-$n || exit; done";
    let started: Vec<_> = (0..writers)
        .map(|writer| {
            let mut shell = Command::new("sh");
            shell.args(["-c", EACH, JACKIN, &writer.to_string(), &each.to_string()]);
            shell.env("JACKIN_CONFIG_DIR", place.dir()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let codes: Vec<_> =
        started.into_iter().map(|mut writer| writer.wait().unwrap().code()).collect();
    assert!(codes.iter().all(|code| *code == Some(0)), "{codes:?}");
    let text = place.text();
    for writer in 0..writers {
        for n in 1..=each {
            let line = format!("\nV_{writer}_{n} = \"of-{writer}-{n}\"\n");
            assert!(text.contains(&line), "{writer} {n}");
        }
    }
    assert_eq!(text.lines().count(), BEFORE.lines().count() + writers * each);
    assert!(text.starts_with(BEFORE));
    assert_eq!(place.leftovers(), [] as [PathBuf; 0]);
}

#[test]
fn forty_writers_at_once_lose_nothing() {
    at_once(&Place::on(&std::env::temp_dir(), BEFORE), 40, 25);
    promised(40 * 25, "concurrent writers");
}

#[test]
#[cfg(target_os = "linux")]
fn writers_at_once_lose_nothing_in_memory_either() {
    at_once(&Place::on(Path::new("/dev/shm"), BEFORE), 10, 10);
}

/// What containers have below a home directory.
#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs root, to mount an overlay; .ci/run runs it"]
fn writers_at_once_lose_nothing_on_an_overlay() {
    let dirs = tempfile::tempdir_in("/dev/shm").unwrap();
    for name in ["lower", "upper", "work", "all"] {
        fs::create_dir(dirs.path().join(name)).unwrap();
    }
    let options = "lowerdir=lower,upperdir=upper,workdir=work";
    let mut mount = Command::new("mount");
    mount.args(["-t", "overlay", "-o", options, "overlay", "all"]).current_dir(dirs.path());
    assert!(mount.status().unwrap().success());
    let done = std::panic::catch_unwind(|| {
        at_once(&Place::on(&dirs.path().join("all"), BEFORE), 10, 10);
    });
    assert!(Command::new("umount").arg(dirs.path().join("all")).status().unwrap().success());
    done.unwrap();
}

/// How many writers are killed.
const KILLED: usize = 200;

#[test]
fn a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one() {
    let filler: String = (0..500).map(|n| format!("# {n}\nA_{n} = 'x'\n")).collect();
    let texts = |n: usize| format!("[env]\n{filler}V = \"of-{n}\"\n");
    let place = Place::on(&std::env::temp_dir(), &texts(0));
    let begin = Instant::now();
    place.does("V", "of-9");
    place.does("V", "of-0");
    let whole = begin.elapsed() / 2;
    let mut random = Random(0x9e37_79b9);
    let (mut killed, mut writing, mut left, mut value, mut n) = (0, 0, 0, 0, 0);
    while killed < KILLED {
        n += 1;
        assert!(n < 4 * KILLED, "{killed} of {n} were killed while they ran");
        let before = place.begun();
        let mut child = place.set("V", &format!("of-{n}"));
        if n % 2 == 0 {
            thread::sleep(whole.mul_f64(random.next() * 0.9));
        } else {
            // Few of these moments are the write's own: here all are, or are just behind it.
            let deadline = Instant::now() + LIMIT;
            while place.begun() == before && child.try_wait().unwrap().is_none() {
                assert!(Instant::now() < deadline, "it neither writes nor ends");
            }
            thread::sleep(Duration::from_millis(4).mul_f64(random.next()));
        }
        child.kill().unwrap();
        let was_killed = child.wait().unwrap().signal() == Some(9);
        killed += usize::from(was_killed);
        writing += usize::from(was_killed && place.begun() != before);
        let text = place.text();
        assert!(text == texts(value) || text == texts(n), "neither the old file nor the new one");
        for leftover in place.leftovers() {
            left += 1;
            let mode = fs::metadata(&leftover).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", leftover.display());
            let half = fs::read_to_string(&leftover).unwrap();
            assert!(half == texts(value) || half == texts(n), "it is whole");
            fs::remove_file(leftover).unwrap();
        }
        value = if text == texts(n) { n } else { value };
    }
    say(&format!("{writing} of {killed} were killed while they wrote; {left} files were left"));
    assert!(writing > 0);
    promised(killed, "writers killed");
    let begin = Instant::now();
    place.does("V", "last");
    assert!(begin.elapsed() < LIMIT, "a lock was left");
}

/// How often a cleanup deletes what older versions locked, and what writers make.
const CLEANUPS: usize = 100;

#[test]
fn a_cleanup_in_the_middle_of_it_loses_nothing() {
    let place = Place::on(&std::env::temp_dir(), BEFORE);
    let (lock, old) = (place.dir().join(".jackin.lock"), place.dir().join(".jackin.old"));
    let mut random = Random(7);
    let (mut stored, mut killed) = (0, 0);
    for n in 0..CLEANUPS {
        fs::write(&lock, "").unwrap();
        let mut first = place.set(&format!("A_{n}"), "first");
        let mut second = place.set(&format!("B_{n}"), "second");
        match n % 3 {
            0 => fs::remove_file(&lock).unwrap(),
            1 => fs::rename(&lock, &old).unwrap(),
            _ => {
                fs::write(&old, "").unwrap();
                fs::rename(&old, &lock).unwrap();
            }
        }
        let mut third = place.set(&format!("C_{n}"), "third");
        thread::sleep(Duration::from_millis(40).mul_f64(random.next()));
        second.kill().unwrap();
        killed += usize::from(second.wait().unwrap().signal() == Some(9));
        for (child, name) in [(&mut first, "A"), (&mut third, "C")] {
            assert!(child.wait().unwrap().success());
            stored += 1;
            let text = place.text();
            assert!(text.contains(&format!("\n{name}_{n} = ")), "{name}_{n} is lost: {text}");
        }
    }
    let text = place.text();
    for n in 0..CLEANUPS {
        for name in ["A", "C"] {
            assert!(text.contains(&format!("\n{name}_{n} = ")), "{name}_{n} is lost");
        }
    }
    assert!(text.starts_with(BEFORE));
    say(&format!("{stored} writers stored what they were to, {killed} were killed beside them"));
    promised(CLEANUPS, "cleanups under writers");
}

/// How editors save, in Python: what they write is `text`, the file `path`.
const EDITORS: [(&str, &str); 5] = [
    // In place: opened, emptied, written.
    (
        "vim",
        "f = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)\n\
         os.ftruncate(f, 0); os.write(f, text); os.fsync(f); os.close(f)",
    ),
    // `:set backupcopy=no`: the old file is moved away first.
    (
        "vim with backups",
        "os.rename(path, path + '~')\n\
         f = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)\n\
         os.write(f, text); os.fsync(f); os.close(f); os.unlink(path + '~')",
    ),
    // In place: emptied as it is opened, written in pieces.
    (
        "nano",
        "f = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)\n\
         half = len(text) // 2\n\
         os.write(f, text[:half]); os.write(f, text[half:]); os.fsync(f); os.close(f)",
    ),
    // In place, by a program that does something else between the two.
    (
        "VS Code",
        "f = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)\n\
         time.sleep(0.003); os.write(f, text); os.fdatasync(f); os.close(f)",
    ),
    // `files.atomicSave`, and many others: a new file is renamed over the old one.
    (
        "atomic",
        "f = os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)\n\
         os.write(f, text); os.fsync(f); os.close(f); os.rename(path + '.new', path)",
    ),
];

/// How often each of them saves.
const SAVES: usize = 40;

/// An editor that saves when it is told to.
struct Editor(Child);

impl Editor {
    fn open(place: &Place, way: &str) -> Self {
        let way = way.replace('\n', "\n    ");
        let code = format!(
            "import os, sys, time\npath = sys.argv[1]\nprint('open', flush=True)\n\
             for line in sys.stdin:\n    wait, line = line.split(' ', 1)\n\
             \x20   text = eval(line).encode(); time.sleep(float(wait))\n    {way}\n\
             \x20   print('saved', flush=True)\n"
        );
        let mut python = Command::new("python3");
        python.args(["-c", &code]).arg(place.file());
        let child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut editor = Self(child);
        editor.wait("open");
        editor
    }

    fn save(&mut self, text: &str, after: Duration) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{} {text:?}", after.as_secs_f64()).unwrap();
    }

    fn wait(&mut self, word: &str) {
        use std::io::Read as _;
        let mut said = vec![0; word.len() + 1];
        self.0.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        assert_eq!(String::from_utf8(said).unwrap(), format!("{word}\n"));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Lets an editor save while jackin writes, again and again: in how many rounds jackin wrote over what
/// the editor had saved, with that in it.
fn saves(name: &str, way: &str) -> usize {
    let filler: String = (0..200).map(|n| format!("# {n}\nA_{n} = 'x'\n")).collect();
    let text = |saved: usize, set: usize| {
        format!("[env]\n{filler}SAVED = \"{saved}\"\nV = \"of-{set}\"\n")
    };
    let place = Place::on(&std::env::temp_dir(), &text(0, 0));
    let mut editor = Editor::open(&place, way);
    let mut random = Random(name.len() as u32);
    let (mut set, mut both) = (0, 0);
    for n in 1..=SAVES {
        editor.save(&text(n, set), Duration::from_millis(45).mul_f64(random.next()));
        let mut child = place.set("V", &format!("of-{n}"));
        let is_stored = child.wait().unwrap().success();
        editor.wait("saved");
        let now = place.text();
        // An editor that saves last writes over what jackin wrote, as it does over anything.
        let is_both = now == text(n, n);
        assert!(is_both || now == text(n, set), "{name}: save {n} is lost or torn:\n{now}");
        assert!(is_stored || !is_both, "{name}: {n} was stored and jackin said it was not");
        both += usize::from(is_both);
        set = if is_both { n } else { set };
    }
    both
}

/// The ways above are written down from what editors were seen to do; this is one of them.
#[test]
#[ignore = "needs vim; .ci/run installs it"]
fn what_vim_saves_meanwhile_is_never_lost() {
    let text = |saved: usize, set: usize| format!("[env]\nSAVED = \"{saved}\"\nV = \"of-{set}\"\n");
    let place = Place::on(&std::env::temp_dir(), &text(0, 0));
    let mut random = Random(3);
    let (mut saved, mut set) = (0, 0);
    for n in 1..=SAVES {
        let edit = format!("%s/^SAVED.*/SAVED = \"{n}\"/");
        let mut vim = Command::new("vim");
        vim.args(["-Nu", "NONE", "-i", "NONE", "-es", "-c", &edit, "-c", "write"]);
        let end = "if &modified | cquit | else | quit | endif";
        let mut vim = vim.args(["-c", end]).arg(place.file()).stdin(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(60).mul_f64(random.next()));
        let is_stored = place.set("V", &format!("of-{n}")).wait().unwrap().success();
        // vim refuses to save over what was changed after it had read it.
        let is_saved = vim.wait().unwrap().success();
        let now = place.text();
        saved = if is_saved { n } else { saved };
        assert!(now == text(saved, n) || now == text(n, set), "save {n} is lost or torn: {now}");
        assert!(is_stored || now != text(saved, n), "{n} is stored and jackin said it is not");
        set = if now == text(saved, n) { n } else { set };
    }
    say(&format!("vim saved {saved}, jackin {set} of {SAVES}"));
    assert!(saved > 0);
    assert!(set > 0);
}

#[test]
fn what_an_editor_saves_meanwhile_is_never_lost() {
    let both: usize = thread::scope(|scope| {
        let all = EDITORS.map(|(name, way)| scope.spawn(move || saves(name, way)));
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    say(&format!("{both} of {} saves have jackin's change in them", EDITORS.len() * SAVES));
    assert!(both > 0);
    promised(EDITORS.len() * SAVES, "saves of editors");
}
