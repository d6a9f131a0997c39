//! Fetches assets from the network, through the one client of `source::http`, within the limits of a render: bytes,
//! number, time, and no second visit to a host that does not answer.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::Missing;
use super::allowance::Allowance;
use super::stopwatch::Stopwatch;
use crate::source::AllowedHost;
use crate::source::http::{self, Client, Failure, Hop, MOST_REDIRECTS, Reply, Request, Validators};

const AT_A_TIME: usize = 16;
/// Before the second and last try.
const PAUSE: Duration = Duration::from_millis(200);

/// What the assets of one render may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Decoded, as all bytes here.
    pub asset_bytes: u64,
    pub total_bytes: u64,
    pub count: u64,
    /// For one asset, redirects and the second try included.
    pub asset_time: Duration,
    /// For all of them, as long as any is under way.
    pub total_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            asset_bytes: 10 << 20,
            total_bytes: 200 << 20,
            count: 2000,
            asset_time: Duration::from_secs(10),
            total_time: Duration::from_secs(60),
        }
    }
}

/// Host and port, also where that is the usual one.
type Authority = (String, Option<u16>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Alive,
    Dead,
}

#[derive(Debug)]
pub(super) struct Fetcher {
    allowed: Vec<AllowedHost>,
    limits: Limits,
    /// Made when it is first needed: where nothing is fetched, nothing has to be set up.
    client: OnceLock<Result<Client, Failure>>,
    slots: Semaphore,
    watch: Stopwatch,
    count: AtomicU64,
    allowance: Allowance,
    hosts: Mutex<HashMap<Authority, Host>>,
}

impl Fetcher {
    pub(super) fn new(allowed: Vec<AllowedHost>, limits: Limits) -> Self {
        Self {
            allowed,
            limits,
            client: OnceLock::new(),
            slots: Semaphore::new(AT_A_TIME),
            watch: Stopwatch::default(),
            count: AtomicU64::new(0),
            allowance: Allowance::new(limits.total_bytes),
            hosts: Mutex::default(),
        }
    }

    /// For how long anything was under way.
    pub(super) fn waited(&self) -> Duration {
        self.watch.spent()
    }

    /// None where the version that is `known` is still current.
    pub(super) async fn fetch(
        &self,
        url: &Url,
        known: Option<&Validators>,
    ) -> Result<Option<Reply>, Missing> {
        let _running = self.watch.run();
        let left = self.limits.total_time.saturating_sub(self.watch.spent());
        let whole_end = Instant::now() + left;
        let turn = async {
            let slot = self.slots.acquire().await.ok()?;
            Some((slot, self.allowance.set_aside(self.limits.asset_bytes).await?))
        };
        let Ok(Some((_slot, portion))) = timeout_at(whole_end, turn).await else {
            return Err(Missing::Spent);
        };
        if left.is_zero() || self.count.fetch_add(1, Ordering::Relaxed) >= self.limits.count {
            return Err(Missing::Spent);
        }
        let most_bytes = portion.bytes();
        let terms = Terms {
            known,
            most_bytes,
            end: whole_end.min(Instant::now() + self.limits.asset_time),
        };
        let reply = self.follow(url, terms).await;
        let reply = reply.and_then(|reply| match reply.status {
            200 => decoded(reply, most_bytes).map(Some),
            304 if known.is_some() => Ok(None),
            status => Err(Missing::Status(status)),
        });
        let length = |reply: &Reply| reply.body.len() as u64;
        match &reply {
            Ok(reply) => portion.spend(reply.as_ref().map_or(0, length)),
            // It is too large for what the others have left.
            Err(Missing::TooLarge) if most_bytes < self.limits.asset_bytes => return Err(Missing::Spent),
            Err(_) => {}
        }
        reply
    }

    async fn follow(&self, url: &Url, terms: Terms<'_>) -> Result<Reply, Missing> {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            match self.visit(&url, terms).await? {
                Hop::Reply(reply) => return Ok(reply),
                Hop::Redirect(next) => url = next,
            }
        }
        Err(Missing::Redirects)
    }

    /// Asks a host that is not known to be dead; once more if the failure may pass.
    async fn visit(&self, url: &Url, terms: Terms<'_>) -> Result<Hop, Missing> {
        if self.is_dead(url) {
            return Err(Missing::DeadHost);
        }
        let mut answer = self.ask(url, terms).await;
        if may_pass(&answer) && Instant::now() + PAUSE < terms.end {
            sleep(PAUSE).await;
            answer = self.ask(url, terms).await;
        }
        self.note_host(url, answer.as_ref().err());
        answer.map_err(Missing::from)
    }

    async fn ask(&self, url: &Url, terms: Terms<'_>) -> Result<Hop, Failure> {
        let client = self.client.get_or_init(|| Client::new(&self.allowed));
        let left = terms.end.saturating_duration_since(Instant::now());
        let request = Request {
            url,
            authorization: None,
            known: terms.known.filter(|known| !known.is_empty()),
            max_bytes: terms.most_bytes,
            idle: left,
            whole: left,
        };
        let answer = client.as_ref().map_err(Clone::clone)?.get_once(&request);
        timeout_at(terms.end, answer)
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    fn is_dead(&self, url: &Url) -> bool {
        self.hosts().get(&authority(url)) == Some(&Host::Dead)
    }

    /// A host that answered once is only slow when it does not answer the next time.
    fn note_host(&self, url: &Url, failure: Option<&Failure>) {
        let host = authority(url);
        let mut hosts = self.hosts();
        match failure {
            Some(Failure::Lookup | Failure::Connect | Failure::TimedOut) => {
                hosts.entry(host).or_insert(Host::Dead);
            }
            Some(Failure::Setup(_) | Failure::Private { .. }) => {}
            _ => {
                hosts.insert(host, Host::Alive);
            }
        }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<Authority, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn authority(url: &Url) -> Authority {
    let host = url.host_str().unwrap_or_default();
    (host.to_owned(), url.port_or_known_default())
}

/// What holds for all requests of one fetch.
#[derive(Clone, Copy)]
struct Terms<'a> {
    /// What is there already, so that the server need not send it again.
    known: Option<&'a Validators>,
    most_bytes: u64,
    end: Instant,
}

fn may_pass(answer: &Result<Hop, Failure>) -> bool {
    match answer {
        Ok(Hop::Reply(reply)) => http::status_may_pass(reply.status),
        Ok(Hop::Redirect(_)) => false,
        Err(failure) => failure.may_pass(),
    }
}

/// Some servers compress although they were asked not to.
fn decoded(mut reply: Reply, max_bytes: u64) -> Result<Reply, Missing> {
    let encoding = reply.content_encoding.as_deref().map(str::to_ascii_lowercase);
    match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(reply),
        Some("gzip" | "x-gzip") => {
            let mut body = Vec::new();
            flate2::read::MultiGzDecoder::new(reply.body.as_slice())
                .take(max_bytes + 1)
                .read_to_end(&mut body)
                .map_err(|_| Missing::CutOff)?;
            if body.len() as u64 > max_bytes {
                return Err(Missing::TooLarge);
            }
            reply.body = body;
            Ok(reply)
        }
        Some(_) => Err(Missing::WrongType),
    }
}

impl From<Failure> for Missing {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Private { .. } => Self::Private,
            Failure::Address { .. } => Self::Address,
            Failure::TooManyRedirects => Self::Redirects,
            Failure::Lookup => Self::UnknownHost,
            Failure::Connect => Self::Connect,
            Failure::Tls => Self::Tls,
            Failure::TimedOut => Self::TimedOut,
            Failure::CutOff => Self::CutOff,
            Failure::TooLarge => Self::TooLarge,
            Failure::Setup(_) => Self::Setup,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::thread;

    use super::*;

    /// A server on this machine: what it answers to a path, and how often it was asked.
    fn serve<B: AsRef<[u8]>>(answer: impl Fn(&str) -> B + Send + 'static) -> (u16, Arc<AtomicU64>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&visits);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let _ = stream.write_all(answer(path).as_ref());
            }
        });
        (port, visits)
    }

    fn fetch(fetcher: &Fetcher, address: &str) -> Result<usize, Missing> {
        let url = Url::parse(address).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let reply = runtime.block_on(fetcher.fetch(&url, None))?;
        Ok(reply.map_or(0, |reply| reply.body.len()))
    }

    fn fetcher(limits: Limits) -> Fetcher {
        Fetcher::new(vec!["127.0.0.1".parse().unwrap()], limits)
    }

    #[test]
    fn a_render_has_limits() {
        let (port, visits) = serve(|_| "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
        let address = format!("http://127.0.0.1:{port}/");
        let limits = Limits::default();
        for (limits, expected) in [
            (
                Limits {
                    asset_bytes: 4,
                    ..limits
                },
                [Err(Missing::TooLarge), Err(Missing::TooLarge)],
            ),
            (
                Limits {
                    total_bytes: 5,
                    ..limits
                },
                [Ok(5), Err(Missing::Spent)],
            ),
            (Limits { count: 1, ..limits }, [Ok(5), Err(Missing::Spent)]),
            (
                Limits {
                    total_time: Duration::ZERO,
                    ..limits
                },
                [Err(Missing::Spent), Err(Missing::Spent)],
            ),
        ] {
            let fetcher = fetcher(limits);
            let found = [(); 2].map(|()| fetch(&fetcher, &address));
            assert_eq!(found, expected, "{limits:?}");
        }
        assert_eq!(visits.load(Ordering::Relaxed), 4);
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_limit_is_for_what_replies_decode_to_and_for_all_that_are_under_way() {
        let (port, visits) = serve(|_| {
            let packed = gzip(&[7; 1000]);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                packed.len()
            );
            [head.into_bytes(), packed].concat()
        });
        let fetcher = fetcher(Limits {
            asset_bytes: 1200,
            total_bytes: 2500,
            ..Limits::default()
        });
        let address = format!("http://127.0.0.1:{port}/");
        let mut found = thread::scope(|scope| {
            let running = [(); 8].map(|()| scope.spawn(|| fetch(&fetcher, &address)));
            running.map(|fetch| fetch.join().unwrap())
        });
        found.sort_by_key(Result::is_err);
        let (arrived, spent) = found.split_at(2);
        assert!(arrived.iter().all(|found| *found == Ok(1000)), "{found:?}");
        assert!(
            spent.iter().all(|found| *found == Err(Missing::Spent)),
            "{found:?}"
        );
        assert_eq!(visits.load(Ordering::Relaxed), 8);
    }

    #[test]
    fn dead_hosts_are_not_visited_again_and_those_that_lead_to_them_are() {
        let (dead, visits) = serve(|_| {
            thread::sleep(Duration::from_secs(4));
            String::new()
        });
        let (alive, _) = serve(move |path| match path {
            "/away" => format!(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{dead}/\r\nContent-Length: 0\r\n\r\n"
            ),
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".into(),
        });
        let fetcher = fetcher(Limits {
            asset_time: Duration::from_secs(2),
            ..Limits::default()
        });
        let away = format!("http://127.0.0.1:{alive}/away");
        assert_eq!(fetch(&fetcher, &away), Err(Missing::TimedOut));
        let direct = format!("http://127.0.0.1:{dead}/x");
        assert_eq!(fetch(&fetcher, &direct), Err(Missing::DeadHost));
        assert_eq!(fetch(&fetcher, &away), Err(Missing::DeadHost));
        assert_eq!(visits.load(Ordering::Relaxed), 1);
        assert_eq!(fetch(&fetcher, &format!("http://127.0.0.1:{alive}/x")), Ok(2));
    }

    #[test]
    fn a_host_that_is_dead_without_encryption_may_live_with_it() {
        let fetcher = fetcher(Limits::default());
        let url = |text: &str| Url::parse(text).unwrap();
        fetcher.note_host(&url("http://h.test/a"), Some(&Failure::Connect));
        for (address, is_dead) in [
            ("http://h.test/b", true),
            ("http://h.test:80/", true),
            ("https://h.test/a", false),
            ("http://h.test:8080/a", false),
        ] {
            assert_eq!(fetcher.is_dead(&url(address)), is_dead, "{address}");
        }
    }

    #[test]
    fn compressed_replies_are_read_within_the_limit() {
        let reply = |encoding: &str, body: Vec<u8>| Reply {
            status: 200,
            url: Url::parse("https://h.test/").unwrap(),
            retry_after: None,
            content_type: None,
            content_encoding: Some(encoding.into()),
            validators: Validators::default(),
            no_store: false,
            body,
        };
        let packed = gzip(&[7; 1000]);
        let length = |encoding: &str, body: &[u8], most| {
            decoded(reply(encoding, body.to_vec()), most).map(|reply| reply.body.len())
        };
        assert_eq!(length("gzip", &packed, 1000), Ok(1000));
        assert_eq!(length("gzip", &packed, 999), Err(Missing::TooLarge));
        assert_eq!(length("gzip", b"no", 999), Err(Missing::CutOff));
        assert_eq!(length("GZip", &packed, 1000), Ok(1000));
        assert_eq!(length("identity", b"as is", 999), Ok(5));
        assert_eq!(length("br", b"?", 999), Err(Missing::WrongType));
    }
}
