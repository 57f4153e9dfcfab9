//! A place for one stream at a time and the request on it.

use super::head::Head;
use crate::measure::http::connection::Flight;
use crate::measure::http::kept::Keep;
use crate::measure::http::parser::Response;
use crate::measure::http::request::Message;
use h2::RecvStream;
use h2::client::ResponseFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Lanes whose stream has news.
#[derive(Debug, Default)]
pub struct News(Mutex<Vec<usize>>);

impl News {
    /// A lane has news.
    pub fn push(&self, lane: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
    }

    /// Exchanges those that have news for the empty `into`.
    pub fn take(&self, into: &mut Vec<usize>) {
        std::mem::swap(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), into);
    }
}

struct Call {
    lane: usize,
    news: Arc<News>,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.news.push(self.lane);
    }
}

/// How far the request of a lane is.
pub enum Exchange {
    None,
    /// For its connection, which is being made since then, or for room on it.
    Waiting {
        since_ns: u64,
    },
    Head(ResponseFuture),
    Body(RecvStream),
}

/// What a look at a stream showed.
pub enum Seen {
    Pending,
    Answered,
    /// `has_head`: the head of the answer had come.
    Broken {
        error: h2::Error,
        has_head: bool,
    },
}

/// Carries one request at a time.
pub struct Lane {
    /// `load 1-<connection>.<stream>`, as results name it.
    pub name: String,
    pub flight: Option<Flight>,
    /// What is sent for it, again if need be, and how much of the answer is kept.
    pub head: Option<Rc<Head>>,
    pub keep: Keep,
    pub response: Response,
    /// Failures since the last answer.
    pub failures: u32,
    /// Times that the request on it was sent again.
    pub retries: u32,
    pub exchange: Exchange,
    waker: Waker,
}

impl Lane {
    /// An empty lane of that number, the `stream`th of its connection; it calls through `news`.
    pub fn new(lane: usize, connection: usize, stream: usize, news: &Arc<News>) -> Lane {
        Lane {
            name: format!("load 1-{}.{}", connection + 1, stream + 1),
            flight: None,
            head: None,
            keep: Keep::Nothing,
            response: Response::default(),
            failures: 0,
            retries: 0,
            exchange: Exchange::None,
            waker: Waker::from(Arc::new(Call { lane, news: Arc::clone(news) })),
        }
    }

    /// Gets ready to send a request, for the first time.
    pub fn prepare(&mut self, message: &Message) {
        self.head.clone_from(&message.http2);
        self.keep = message.keep;
        self.retries = 0;
    }

    /// Whether it is on a stream.
    pub fn is_active(&self) -> bool {
        matches!(self.exchange, Exchange::Head(_) | Exchange::Body(_))
    }

    /// Takes what has come by `at_ns`. Bodies are counted, let go unless they are kept, and their room is given back to the server.
    pub fn look(&mut self, at_ns: u64) -> Seen {
        let Some(flight) = &mut self.flight else { return Seen::Pending };
        let mut context = Context::from_waker(&self.waker);
        loop {
            match &mut self.exchange {
                Exchange::None | Exchange::Waiting { .. } => return Seen::Pending,
                Exchange::Head(answer) => match Pin::new(answer).poll(&mut context) {
                    Poll::Pending => return Seen::Pending,
                    Poll::Ready(Err(error)) => return Seen::Broken { error, has_head: false },
                    Poll::Ready(Ok(response)) => {
                        flight.first_byte_ns.get_or_insert(at_ns);
                        let mut length = ":status200".len();
                        let fields = response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                        let fields = fields.inspect(|(name, value)| length += name.len() + value.len());
                        self.response.take_head(response.status().as_u16(), fields);
                        flight.bytes_in += length as u64;
                        self.exchange = Exchange::Body(response.into_body());
                    }
                },
                Exchange::Body(body) => match body.poll_data(&mut context) {
                    Poll::Pending => return Seen::Pending,
                    Poll::Ready(None) => return Seen::Answered,
                    Poll::Ready(Some(Err(error))) => return Seen::Broken { error, has_head: true },
                    Poll::Ready(Some(Ok(bytes))) => {
                        flight.bytes_in += bytes.len() as u64;
                        self.response.kept.add_body(&bytes);
                        // Fails only if more is given back than came.
                        let _ = body.flow_control().release_capacity(bytes.len());
                    }
                },
            }
        }
    }
}
