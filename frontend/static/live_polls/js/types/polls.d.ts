/** What the scripts hand to each other; what stands on the wire is in docs/protocol.md. */

export interface Picture {
  url: string;
  width: number;
  height: number;
}

export interface Option {
  number: number;
  text: string;
  picture?: Picture;
  /** Once it may be known. */
  right?: boolean;
}

export interface Poll {
  code: string;
  kind: string;
  prompt: string;
  state: 'draft' | 'open' | 'closed' | 'archived';
  round: number;
  options: Option[];
  settings: Record<string, any>;
  results: 'live' | 'after_vote' | 'after_close' | 'host';
  shown: boolean | null;
  seconds: number | null;
  deadline: number | null;
  /** When the last of those ends who have extra time, if anybody has. */
  last_deadline?: number;
  /** How many have: for hosts only. */
  extra_times?: number;
  picture?: Picture;
  picture_alt?: string;
  explanation?: string;
  /** More than 0: a quiz question. */
  points?: number;
  by_speed?: boolean;
  /** Who may vote in this round, where that is not everyone with the link. */
  entry?: 'invited' | 'signed_in';
  /** How many ballots a host has left out of the count. */
  aside?: number;
}

export interface Room {
  code: string;
  title: string;
  state: 'live' | 'ended';
  results: string;
  compared?: number[];
  one_at_a_time?: boolean;
  /** Who may vote in rounds to come, where that is not everyone with the link. */
  entry?: 'invited' | 'signed_in';
  locked?: boolean;
  /** How many contributions wait for a moderator, and how many one has hidden. */
  waiting?: number;
  held_back?: number;
  reactions?: boolean;
  asking?: 'open' | 'paused';
  names?: 'none' | 'optional' | 'required';
  hold_questions?: boolean;
  screen: 'content' | 'blank' | 'join' | 'rounds' | 'board';
  quiz?: boolean;
  teams?: string[];
  url: string;
  step: number | null;
  n_steps: number;
}

export interface Tally {
  n_ballots: number;
  counts?: Record<string, number>;
  first?: Record<string, number>;
  abstained?: number;
  /** What a kind adds. */
  [more: string]: any;
}

/** Extra time: so many seconds after the poll's deadline, wherever that moves. */
export interface Time {
  poll: string;
  round: number;
  n_asked: number;
  seconds: number;
}

export interface Ballot {
  poll: string;
  round: number;
  seq: number;
  answer: Answer | null;
  receipt?: string;
  /** Those of its texts that wait for a moderator, and those that one took off the screens. */
  held?: string[];
  hidden?: string[];
}

/** A kind's own shape, for example {option: 2} or {options: [3, 1]}. */
export type Answer = Record<string, any>;

/** What a message changed. `resync`: only a snapshot helps; `behind`: so it is, unless the missing state comes soon. */
export interface Change {
  questions: boolean;
  room: boolean;
  presence: boolean;
  reactions: boolean;
  player: boolean;
  polls: Set<string>;
  resync: boolean;
  behind: boolean;
}

export type Link = 'connecting' | 'live' | 'lost' | 'over';

/** A ballot on its way; a null answer withdraws. */
export interface Entry {
  poll: string;
  round: number;
  seq: number;
  id: string;
  answer: Answer | null;
}
