import { closeSync, openSync, writeSync } from 'node:fs'
import { wrongUsage } from './exit.ts'

/** A text file that is written in pieces, and is whole even when the program ends in the middle. */
export interface LineFile {
  add(text: string): void
  end(): void
}

const fullAt = 1 << 16
/** Who follows the file sees what happens, and little is lost when the program is killed. */
const longestWaitMs = 200

/** Opens `path` anew. `atEnd` gives what still belongs there when the program ends without `end`. Refuses what cannot be written. */
export function openLineFile(path: string, option: string, atEnd: () => string = () => ''): LineFile {
  let waiting = ''
  let descriptor: number | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    descriptor = openSync(path, 'w')
  } catch (thrown) {
    const { code = 'an error' } = thrown as NodeJS.ErrnoException
    wrongUsage(
      `The file for ${option}, "${path}", cannot be written: ${code}.`,
      'Name a file in a folder that exists.',
    )
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (descriptor === undefined) return
    try {
      // A write may take only a part.
      for (let left = Buffer.from(waiting); left.length > 0;)
        left = left.subarray(writeSync(descriptor, left))
    } catch (thrown) {
      closeSync(descriptor)
      descriptor = undefined
      const { code = 'an error' } = thrown as NodeJS.ErrnoException
      process.stderr.write(`heddle: "${path}" is not complete: ${code}\n`)
    }
    waiting = ''
  }

  function end(): void {
    process.off('exit', end)
    waiting += atEnd()
    flush()
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }

  process.on('exit', end)
  return {
    add(text) {
      waiting += text
      if (waiting.length >= fullAt) flush()
      else timer ??= setTimeout(flush, longestWaitMs).unref()
    },
    end,
  }
}
