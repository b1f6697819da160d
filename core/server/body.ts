import { fail } from '../base/diagnostic.ts'

const mostBytes = 1024 * 1024
const mostDepth = 64

/**
 * The JSON in a request's body. Rejects with BODY_TOO_LARGE beyond 1 MiB, as soon as that much has come, and with BODY_SYNTAX
 * for what is no JSON, no UTF-8, or nests deeper than 64 levels.
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request)
  if (isDeep(text)) fail('BODY_SYNTAX', 'The body nests too deep.', `Stay within ${mostDepth} levels.`)
  try {
    return JSON.parse(text)
  } catch {
    return fail('BODY_SYNTAX', 'The body is no JSON.', 'Send JSON.')
  }
}

async function readText(request: Request): Promise<string> {
  if (!request.body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = request.body.getReader()
  let text = ''
  let bytes = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength
      if (bytes > mostBytes) fail('BODY_TOO_LARGE', 'The body is larger than 1 MiB.', 'Send less.')
      text += decoder.decode(next.value, { stream: true })
    }
    return text + decoder.decode()
  } catch (thrown) {
    // Cancelling would end the connection before it was told why.
    reader.releaseLock()
    return thrown instanceof TypeError
      ? fail('BODY_SYNTAX', 'The body cannot be read as UTF-8.', 'Send JSON.')
      : Promise.reject(thrown)
  }
}

/** Counts brackets outside of strings: parsers need a stack as deep as that. */
function isDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    if (letter === 34) at = endOfString(text, at)
    else if (letter === 91 || letter === 123) {
      if (++depth > mostDepth) return true
    } else if (letter === 93 || letter === 125) depth--
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    if (letter === 92) at++
    else if (letter === 34) return at
  }
  return text.length
}
