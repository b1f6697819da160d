import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeddleError } from './diagnostic.ts'

/** Output that is in a file, complete: the file, its length in bytes, and previews of its start and its end. */
export interface StoredOutput {
  readonly blob: string
  readonly bytes: number
  readonly head: string
  readonly tail: string
}

/** Collects what a program writes: in memory up to 4 MiB, beyond that in a file while it is produced. */
export interface Output {
  /** Takes the bytes; throws OUTPUT_NOT_STORED when the disk does not take them. */
  add(chunk: Buffer): void
  /** The whole text, or when it is stored its start and its end with a line between them that says so. */
  text(): string
  stored(): StoredOutput | undefined
  close(): void
}

const largestInMemory = 4 * 1024 * 1024
const previewBytes = 32 * 1024

/** An empty output named `name`; its file is made in `folder`, or in a temporary folder that only we may open. */
export function createOutput(name: string, folder?: string): Output {
  let chunks: Buffer[] = []
  let bytes = 0
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let blob: string | undefined
  let file: number | undefined

  function spill(): void {
    blob = join(mkdtempSync(join(folder ?? tmpdir(), 'heddle-output-')), name)
    file = openSync(blob, 'wx', 0o600)
    const whole = Buffer.concat(chunks)
    head = Buffer.from(whole.subarray(0, previewBytes))
    chunks = []
    store(whole)
  }

  function store(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at += writeSync(file!, chunk, at)
    // Copies, so that a preview never keeps the whole chunk alive.
    tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-previewBytes)]).subarray(-previewBytes))
  }

  function previews(): StoredOutput {
    return { blob: blob!, bytes, head: decodeStart(head), tail: decodeEnd(tail) }
  }

  return {
    add(chunk) {
      bytes += chunk.length
      try {
        if (file !== undefined) return store(chunk)
        chunks.push(chunk)
        if (bytes > largestInMemory) spill()
      } catch (thrown) {
        throw notStored(name, thrown)
      }
    },
    text() {
      if (blob === undefined)
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks))
      const { head, tail } = previews()
      return `${head}\n… ${bytes} bytes in all; this is a preview of the start and the end, the whole output is stored …\n${tail}`
    },
    stored: () => (blob === undefined ? undefined : previews()),
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

/** A decoder that is told more will come keeps the half character at the cut to itself. */
function decodeStart(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true })
}

function decodeEnd(bytes: Buffer): string {
  let start = 0
  while (start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start++
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start))
}

function notStored(name: string, cause: unknown): HeddleError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown'
  return new HeddleError(
    {
      code: 'OUTPUT_NOT_STORED',
      severity: 'error',
      message: `What the program wrote to ${name} could not be stored (${reason}).`,
      hint: 'Free some space on the disk, or let the program write less.',
    },
    { cause },
  )
}
