import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { watchGroup, signalGroup } from '../base/process-group.ts'
import { gitDeadlineMs, type GitPlace, startGit } from './git-command.ts'
import { refusal } from './refusals.ts'

/** One object of a repository. */
export interface GitObject {
  readonly id: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** The objects of a repository, read through one `git cat-file --batch` that starts when it is first needed. */
export interface GitObjects {
  /** The object that a name means, or undefined when there is none; rejects with GIT_MISSING or GIT_FAILED. */
  read(name: string): Promise<GitObject | undefined>
  /** Ends the process; what was asked rejects. A later read starts another one. */
  close(): void
}

/** A reader of the repository at `place`. The process ends with `close`, and with ours; while it idles it keeps nothing alive. */
export function gitObjects(place: GitPlace): GitObjects {
  let batch: Batch | undefined
  return {
    read(name) {
      if (!batch || batch.ended) batch = new Batch(place)
      return batch.ask(name)
    },
    close() {
      batch?.end(failed('was closed'))
      batch = undefined
    },
  }
}

interface Asked {
  readonly resolve: (object: GitObject | undefined) => void
  readonly reject: (reason: unknown) => void
}

class Batch {
  ended = false
  readonly #child: ChildProcessWithoutNullStreams
  readonly #watch = watchGroup()
  /** Answers come in the order of the questions. */
  readonly #asked: Asked[] = []
  readonly #chunks: Buffer[] = []
  #held = 0
  /** Bytes that must be there before it is worth looking again. */
  #wanted = 1
  #timer: NodeJS.Timeout | undefined

  constructor(place: GitPlace) {
    this.#child = startGit(place, ['cat-file', '--batch'])
    const { pid, stdin, stdout, stderr } = this.#child
    if (pid !== undefined) this.#watch.add(pid)
    this.#child.once('error', (thrown) => this.end(startFault(thrown)))
    this.#child.once('close', () => this.end(failed('ended before it had answered')))
    stdin.on('error', () => undefined)
    stderr.resume()
    stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#idle(true)
  }

  ask(name: string): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject })
      this.#child.stdin.write(`${name}\n`)
      this.#idle(false)
    })
  }

  /** Ends the process; `reason` is told to everyone who still waits. */
  end(reason: unknown): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.#timer)
    const { pid, stdin, stdout, stderr } = this.#child
    if (pid !== undefined) signalGroup(pid, 'SIGKILL')
    for (const stream of [stdin, stdout, stderr]) stream.destroy()
    this.#watch.end()
    for (const { reject } of this.#asked.splice(0)) reject(reason)
  }

  /** Our own process may end while nobody waits for an answer, and has to stay while somebody does. */
  #idle(idle: boolean): void {
    clearTimeout(this.#timer)
    const { stdin, stdout, stderr } = this.#child
    // The three are sockets, which Node's types do not say.
    for (const part of [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])]) {
      if (idle) part.unref()
      else part.ref()
    }
    if (!idle) this.#timer = setTimeout(() => this.end(failed('did not answer in time')), gitDeadlineMs)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return
    let bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    for (;;) {
      const answer = readAnswer(bytes)
      if (typeof answer === 'number') {
        this.#wanted = answer
        break
      }
      bytes = bytes.subarray(answer.length)
      this.#asked.shift()?.resolve(answer.object)
    }
    this.#chunks.splice(0, this.#chunks.length, bytes)
    this.#held = bytes.length
    this.#idle(this.#asked.length === 0)
  }
}

interface Answer {
  readonly object: GitObject | undefined
  readonly length: number
}

/** The first answer in the bytes; a number when it is not complete: how many bytes there must be to look again. */
function readAnswer(bytes: Buffer): Answer | number {
  const end = bytes.indexOf(10)
  if (end < 0) return bytes.length + 1
  const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(bytes.toString('latin1', 0, end))
  // "NAME missing" and "NAME ambiguous" have no content behind them.
  if (!match) return { object: undefined, length: end + 1 }
  const [, id = '', type = '', size = ''] = match
  const start = end + 1
  const length = start + Number(size) + 1
  if (bytes.length < length) return length
  return { object: { id, type, bytes: new Uint8Array(bytes.subarray(start, length - 1)) }, length }
}

function startFault(thrown: NodeJS.ErrnoException): unknown {
  return thrown.code === 'ENOENT' ? gitMissing() : failed(`could not be started (${thrown.code})`)
}

function gitMissing(): Error {
  return refusal('GIT_MISSING', 'There is no git on this machine.', 'Install git, or leave its layers out.')
}

function failed(why: string): Error {
  return refusal('GIT_FAILED', `The git process that reads objects ${why}.`, 'Run it again.')
}
