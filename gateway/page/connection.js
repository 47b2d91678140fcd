// The WebSocket to the gateway: resumes where it left off, backs off, and knows when to stop.

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const SUBPROTOCOL = "debrief.v1";

export class Connection {
  constructor({ token, onFrame, onState }) {
    this.token = token;
    this.onFrame = onFrame;
    this.onState = onState;
    this.position = null;
    this.failures = 0;
    this.pauseMs = null;
    this.socket = null;
    this.timer = null;
    this.heartbeat = null;
    this.closed = false;
  }

  open() {
    this.closed = false;
    clearTimeout(this.timer);
    const address = new URL("ws", document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (this.position) address.searchParams.set("position", this.position);
    this.onState("connecting");
    // A browser can set no header here, and what stands in an address ends up in logs.
    const socket = new WebSocket(address, [SUBPROTOCOL, `bearer.${base64url(this.token)}`]);
    this.socket = socket;
    socket.addEventListener("message", (event) => this.take(socket, event.data));
    socket.addEventListener("close", (event) => this.over(socket, event.code));
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    this.socket?.close(1000);
  }

  take(socket, text) {
    if (socket !== this.socket) return;
    this.heardAt = Date.now();
    const frame = JSON.parse(text);
    if (frame.type === "hello") this.greeted(frame);
    if (frame.type === "reconnect") this.pauseMs = frame.after_ms;
    this.onFrame(frame);
    // Only what has been shown counts as received.
    if (frame.type === "review") {
      this.position = frame.position;
      this.send({ type: "ack", position: frame.position });
    }
  }

  greeted(frame) {
    this.failures = 0;
    this.position = frame.position;
    this.onState("open");
    clearInterval(this.heartbeat);
    const everyMs = frame.heartbeat_seconds * 1000;
    this.heartbeat = setInterval(() => {
      // A line that went dead without a word would otherwise look open for ever.
      if (Date.now() - this.heardAt > 2.5 * everyMs) this.over(this.socket, 1006);
      else this.send({ type: "ping" });
    }, everyMs);
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  over(socket, code) {
    if (socket !== this.socket) return;
    clearInterval(this.heartbeat);
    this.socket = null;
    socket.close();
    if (this.closed) return;
    // 44xx: the gateway will say the same thing again.
    if (code >= 4400 && code < 4500) {
      this.onState("refused", code);
      return;
    }
    const backOffMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    const pauseMs = this.pauseMs ?? backOffMs * (0.5 + Math.random() / 2);
    this.pauseMs = null;
    this.failures += 1;
    this.onState("waiting");
    this.timer = setTimeout(() => this.open(), pauseMs);
  }
}

function base64url(text) {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
