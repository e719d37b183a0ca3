// Baseline: what a good engineer builds in an afternoon with node, `ws` and `pg`: one upsert a ballot in a pool of
// connections, an answer when it is committed, and the tally counted and shown to everybody at most every 200 ms.
// No rooms, roles, states, limits, receipts or order of ballots.
import { createRequire } from 'node:module';

const [modules, port, options, database] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { WebSocketServer, WebSocket } = require('ws');
const { Pool } = require('pg');

const EPOCH = '0123456789abcdef';
const POLL = 'BASELINE';
const N_ROUNDS = 64;
const SHOW_MS = 200;
const SNAPSHOT = JSON.stringify({
  type: 'snapshot', epoch: EPOCH, version: 0,
  polls: Array.from({ length: N_ROUNDS }, (_, number) => ({ code: `${POLL}${number}`, round: 1 })),
});
const UPSERT = {
  name: 'upsert',
  text: 'INSERT INTO ballot (poll, participant, seq, option) VALUES ($1, $2, $3, $4) '
    + 'ON CONFLICT (poll, participant) DO UPDATE SET seq = excluded.seq, option = excluded.option',
};
const COUNT = { name: 'count', text: 'SELECT option, count(*)::int AS n FROM ballot WHERE poll = $1 GROUP BY option' };

const pool = new Pool({ connectionString: database, max: 20 });
await pool.query(
  'CREATE TABLE ballot (poll text, participant int, seq int, option int, PRIMARY KEY (poll, participant))',
);

let version = 0;
let people = 0;
const waiting = new Set();
const changed = new Set();

async function show(poll) {
  changed.delete(poll);
  const shown = version;
  const counts = Object.fromEntries(Array.from({ length: Number(options) }, (_, number) => [number + 1, 0]));
  let ballots = 0;
  for (const { option, n } of (await pool.query({ ...COUNT, values: [poll] })).rows) {
    counts[option] = n;
    ballots += n;
  }
  const frame = Buffer.from(JSON.stringify({
    type: 'tally.changed', epoch: EPOCH, version: shown, poll, round: 1, tally: { n_ballots: ballots, counts },
  }));
  for (const client of server.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(frame, { binary: false });
  }
}

function showSoon(poll) {
  changed.add(poll);
  if (waiting.has(poll)) return;
  waiting.add(poll);
  setTimeout(async () => {
    await show(poll);
    waiting.delete(poll);
    if (changed.has(poll)) showSoon(poll);
  }, SHOW_MS);
}

const server = new WebSocketServer({
  host: '127.0.0.1', port: Number(port), perMessageDeflate: false, backlog: 2048,
});

server.on('connection', (socket) => {
  const participant = (people += 1);
  socket.on('error', () => socket.terminate());
  socket.on('message', async (data) => {
    const message = JSON.parse(data);
    if (message.type === 'hello') {
      socket.send(SNAPSHOT);
      return;
    }
    await pool.query({ ...UPSERT, values: [message.poll, participant, message.seq, message.answer.option] });
    version += 1;
    socket.send(JSON.stringify({
      type: 'ack', id: message.id, receipt: 'baseline', seq: message.seq, epoch: EPOCH, version,
    }));
    showSoon(message.poll);
  });
});
