import { createReadStream } from 'node:fs'

/** What a program wrote: text, or where it is stored when there was too much of it. */
export type Written = string | { readonly blob: string; readonly bytes: number }

/** Longer lines are read as far as this: a document of its own fits, and what a tool says stands at their start. */
const longestLine = 256 * 1024

/**
 * Calls `use` for every line, without colours and cut to `longestLine`; stored text is read from the disk piece by piece. Gives false
 * when it could not be read to its end.
 */
export async function eachLine(written: Written, use: (line: string) => void): Promise<boolean> {
  const splitter = createSplitter(use)
  if (typeof written === 'string') {
    splitter.add(written)
    splitter.end()
    return true
  }
  try {
    for await (const chunk of createReadStream(written.blob, { encoding: 'utf8', highWaterMark: 1 << 20 }))
      splitter.add(chunk as string)
    splitter.end()
    return true
  } catch {
    return false
  }
}

function createSplitter(use: (line: string) => void): { add(text: string): void; end(): void } {
  let open = ''
  const keep = (text: string): void => {
    if (open.length < longestLine) open += text.slice(0, longestLine - open.length)
  }
  const close = (): void => {
    use(plain(open))
    open = ''
  }
  return {
    add(text) {
      let from = 0
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        keep(text.slice(from, Math.min(at, from + longestLine)))
        close()
        from = at + 1
      }
      keep(text.slice(from, from + longestLine))
    },
    end() {
      if (open !== '') close()
    },
  }
}

function plain(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.includes('\u001b') ? text.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '') : text
}
