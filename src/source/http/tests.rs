use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::*;

/// A server on this machine that answers every connection with the same bytes.
fn serve(answer: impl Fn(u16) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer(port).as_bytes());
        }
    });
    port
}

fn get(address: &str, allowed: &[&str], max_bytes: u64) -> Result<Reply, Failure> {
    let allowed: Vec<AllowedHost> = allowed.iter().map(|host| host.parse().unwrap()).collect();
    let client = Client::new(&allowed).unwrap();
    let url = Url::parse(address).unwrap();
    let request = Request {
        url: &url,
        authorization: None,
        known: None,
        max_bytes,
        idle: Duration::from_millis(500),
        whole: Duration::from_secs(2),
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(client.get(&request))
}

#[test]
fn no_way_of_writing_a_private_address_gets_through() {
    let port = serve(|_| panic!("the server was reached"));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "169.254.169.254",
        "2852039166",
        "10.0.0.1",
        "100.64.0.1",
        "192.0.0.1",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "224.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
    ] {
        let failure = get(&format!("http://{host}:{port}/"), &[], 10).unwrap_err();
        // Not every resolver knows the name with a dot.
        let unknown = host == "localhost." && failure == Failure::Lookup;
        let refused = matches!(failure, Failure::Private { .. }) || unknown;
        assert!(refused, "{host}: {failure:?}");
    }
}

#[test]
fn tricks_of_writing_end_at_the_real_host() {
    for (address, host) in [
        ("http:///127.0.0.1/x", "127.0.0.1"),
        (r"http://\\127.0.0.1\x", "127.0.0.1"),
        ("HTTP://LocalHost/x", "localhost"),
        ("http://public.test#@127.0.0.1/", "public.test"),
        (r"http://127.0.0.1\@public.test/", "127.0.0.1"),
    ] {
        assert_eq!(parse(address).unwrap().host_str(), Some(host), "{address}");
    }
    for refused in [
        "http://public.test@127.0.0.1/",
        "http://:x@h/",
        "ws://h/",
        "file:///etc/passwd",
        "http://",
        "gopher://h/",
    ] {
        assert_eq!(parse(refused).unwrap_err().kind(), Kind::Usage, "{refused}");
    }
}

#[test]
fn an_allowed_host_does_not_open_its_redirects() {
    for (location, private) in [
        ("http://127.0.0.1:1/", true),
        ("http://[::ffff:127.0.0.1]/", true),
        ("//169.254.169.254/latest/meta-data/", true),
        ("http://2130706433/", true),
        ("file:///etc/passwd", false),
        ("gopher://127.0.0.1/", false),
        ("http://me:pw@example.com/", false),
    ] {
        let port = serve(move |_| {
            format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
        });
        let failure = get(
            &format!("http://127.0.0.1:{port}/"),
            &[&format!("127.0.0.1:{port}")],
            10,
        )
        .unwrap_err();
        let expected = if private {
            matches!(failure, Failure::Private { .. })
        } else {
            matches!(failure, Failure::Address { .. })
        };
        assert!(expected, "{location}: {failure:?}");
    }
    let port = serve(|_| {
        "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into()
    });
    let failure = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap_err();
    assert_eq!(failure, Failure::TooManyRedirects);
}

#[test]
fn replies_have_an_end() {
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", Failure::TooLarge),
        ("HTTP/1.1 200 OK\r\n\r\n12345678901", Failure::TooLarge),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123", Failure::CutOff),
        ("", Failure::CutOff),
    ] {
        let port = serve(move |_| answer.into());
        let failure = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap_err();
        assert_eq!(failure, expected, "{answer:?}");
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let failure = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap_err();
    assert_eq!(failure, Failure::TimedOut);
    drop(silent);
    let failure = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap_err();
    assert_eq!(failure, Failure::Connect);
    assert_eq!(
        get("http://no-such-name.invalid/", &[], 10).unwrap_err(),
        Failure::Lookup
    );
}

#[test]
fn a_server_without_encryption_behind_https_is_a_matter_of_trust() {
    let port = serve(|_| "HTTP/1.1 200 OK\r\n\r\n".into());
    let failure = get(&format!("https://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap_err();
    assert_eq!(failure, Failure::Tls);
}

#[test]
fn queries_are_not_shown() {
    let url = Url::parse("https://h.test:8443/a?sig=secret#also").unwrap();
    assert_eq!(shown(&url), "https://h.test:8443/a");
    assert_eq!(authority(&url), "h.test:8443");
}

#[test]
fn a_redirect_may_have_letters_of_any_language() {
    let there = serve(|_| "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".into());
    let port = serve(move |_| {
        format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{there}/é\r\nContent-Length: 0\r\n\r\n")
    });
    let reply = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap();
    assert_eq!(reply.url.path(), "/%C3%A9");
    assert_eq!(reply.body, b"ok");
}

#[test]
fn each_of_several_headers_can_forbid_to_keep_a_reply() {
    for (headers, no_store) in [
        ("", false),
        ("Cache-Control: private, max-age=5\r\n", false),
        ("Cache-Control: private\r\nCache-Control: No-Store\r\n", true),
    ] {
        let port = serve(move |_| format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\nok"));
        let reply = get(&format!("http://127.0.0.1:{port}/"), &["127.0.0.1"], 10).unwrap();
        assert_eq!(reply.no_store, no_store, "{headers}");
    }
}
