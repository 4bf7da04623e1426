//! Many workspaces: jackin finds the one of the current directory among them, and reports an error in
//! one of them as if that were the only one.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    faults::ZAI,
    support::{Home, Seen, see},
};

const LAUNCH: &str = "run --provider zai claude";

/// A home in which the agent says which workspace's key it got.
fn home() -> Home {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    for dir in ["odd", ".config/jackin/workspaces"] {
        fs::create_dir(home.path().join(dir)).unwrap();
    }
    home
}

fn write(home: &Home, name: &str, text: impl AsRef<[u8]>) {
    home.write(&format!(".config/jackin/workspaces/{name}.toml"), text);
}

/// A hundred workspaces and their directories.
fn crowd(home: &Home) {
    for n in 0..100 {
        let dir = home.path().join(format!("crowd/{n}"));
        fs::create_dir_all(&dir).unwrap();
        write(
            home,
            &format!("w{n}"),
            format!("workdir = {dir:?}\n\n[env]\nZAI_API_KEY = \"k{n}\"\n"),
        );
    }
}

fn launched(home: &Home, dir: &str) -> Seen {
    let mut command = home.jackin(LAUNCH.split(' '));
    see(command.current_dir(home.path().join(dir)).stdin(Stdio::null()))
}

#[test]
fn each_is_found_from_its_directory() {
    let home = home();
    crowd(&home);
    fs::create_dir(home.path().join("crowd/7/deep")).unwrap();
    symlink("crowd/50", home.path().join("link")).unwrap();
    for (dir, key) in [
        ("crowd/0", "k0"),
        ("crowd/49", "k49"),
        ("crowd/99", "k99"),
        ("crowd/7/deep", "k7"),
        ("link", "k50"),
        ("crowd", "sentinel-key"),
        ("odd", "sentinel-key"),
    ] {
        let seen = launched(&home, dir);
        assert_eq!(seen.out, format!("{key}\n"), "{dir}: {}", seen.err);
    }
}

/// However it is written down.
#[test]
fn the_one_among_them_need_not_be_plain() {
    let home = home();
    crowd(&home);
    symlink("odd", home.path().join("way")).unwrap();
    let key = "env.ZAI_API_KEY = 'mine'\n";
    for text in [
        "workdir = \"~/odd\"\n[env]\nZAI_API_KEY = \"mine\"\n".to_owned(),
        format!("workdir = \"~/way/../odd\"\n{key}"),
        format!("workdir = '~/odd' # mine\n{key}"),
        format!("workdir = \"~/\\u006fdd\"\n{key}"),
        format!("{key}{}workdir = '~/odd'", "# long\n".repeat(1000)),
        format!("workdir = \"~/odd\"\r\n{key}"),
    ] {
        write(&home, "mine", &text);
        let seen = launched(&home, "odd");
        assert_eq!(seen.out, "mine\n", "{text:.40}: {}", seen.err);
    }
    let file = home.path().join(".config/jackin/workspaces/mine.toml");
    fs::rename(&file, home.path().join("elsewhere.toml")).unwrap();
    symlink(home.path().join("elsewhere.toml"), &file).unwrap();
    assert_eq!(launched(&home, "odd").out, "mine\n");
}

/// Puts something else in the place of a file.
fn odd(file: &Path, what: &str) {
    let shell = "rm -rf \"$0\"; eval \"$1\"";
    assert!(Command::new("sh").args(["-c", shell]).arg(file).arg(what).status().unwrap().success());
}

#[test]
fn an_error_is_the_same_as_of_one_that_is_alone() {
    let (alone, many) = (home(), home());
    crowd(&many);
    for what in [
        "mkdir \"$0\"",
        "mkfifo \"$0\"",
        "ln -s nowhere \"$0\"",
        "ln -s odd.toml \"$0\"",
        "ln -s /dev/zero \"$0\"",
        "truncate -s 1G \"$0\"",
        "printf 'a = \"\\377\"' >\"$0\"",
        "echo 'workdir = \"/x\"\n[env' >\"$0\"",
        "echo 'workdir = \"/x\"\nworkdir = \"/x\"' >\"$0\"",
        "echo 'workdir = \"/x\"\n[workdir]' >\"$0\"",
        "echo 'workdir = \"x\"' >\"$0\"",
        "echo 'workdir = 1' >\"$0\"",
        "echo '[workdir]' >\"$0\"",
        "{ yes '# long' | head -n 9999; echo =; } >\"$0\"",
        "{ echo 'workdir = \"~/odd\"'; echo 'env = \"\"'; } >\"$0\"",
    ] {
        let said = [&alone, &many].map(|home| {
            odd(&home.path().join(".config/jackin/workspaces/odd.toml"), what);
            let seen = launched(home, "odd");
            assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{what}: {}", seen.err);
            seen.err.replace(home.path().to_str().unwrap(), "~")
        });
        assert_eq!(said[0], said[1], "{what}");
    }
    write(&many, "odd", "workdir = \"~/odd\"");
    write(&many, "other", "workdir = \"~/odd\"");
    let seen = launched(&many, "odd");
    assert!(seen.code == Some(2) && seen.err.contains("`odd` and `other`"), "{}", seen.err);
}
