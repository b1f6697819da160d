import { createHash } from 'node:crypto'
import { fail } from '../base/diagnostic.ts'
import type { Framework } from '../facade.ts'
import type { Module } from '../module/module.ts'
import { answer } from './answer.ts'

/** The text of a module, as it is now. */
export interface ModuleText {
  readonly module: Module
  readonly text: string
  /** SHA-256 of the text, 32 hexadecimal digits of it. */
  readonly tag: string
}

/** The text of the module that a reference names; rejects with what was tried for it. */
export async function readModule(
  framework: Framework,
  reference: string,
  from?: string,
): Promise<ModuleText> {
  return readText(framework, await framework.load(reference, from))
}

/** The text of the module with an id; rejects with NOT_FOUND. */
export async function readModuleById(framework: Framework, id: string): Promise<ModuleText> {
  return readText(framework, (await framework.view(id)).module)
}

async function readText(framework: Framework, module: Module): Promise<ModuleText> {
  const text = await framework.read(module)
  return { module, text, tag: createHash('sha256').update(text).digest('hex').slice(0, 32) }
}

/**
 * A module's text for whoever asks for `/@modules/…`: plain, whatever stands in it, with its real path and layer in the headers,
 * and nothing when the asking side has it already.
 */
export async function answerModuleText(
  framework: Framework,
  request: Request,
  { path, from }: { readonly path: string; readonly from: string | undefined },
): Promise<Response> {
  if (path.includes('#'))
    fail('NOT_FOUND', 'A part of a module has no address of its own.', 'Ask for the module.')
  const { module, text, tag } = await readModule(framework, path, from)
  const headers = {
    'cache-control': 'private, no-cache',
    'content-type': 'text/plain; charset=utf-8',
    etag: `"${tag}"`,
    'heddle-layer': module.layer,
    'heddle-path': encodeURI(module.id),
  }
  const known = new Set((request.headers.get('if-none-match') ?? '').split(',').map((one) => one.trim()))
  if (known.has(headers.etag) || known.has(`W/${headers.etag}`)) return answer(null, { status: 304, headers })
  return answer(text, { headers })
}
