import type { Framework } from '../facade.ts'
import { graphAround } from './around.ts'
import { snapshotOf } from './feed.ts'
import { frameAt } from './frame.ts'
import { contextOptions, decodePath, required, wholeNumber } from './query.ts'
import { answerModule, answerResolve } from './questions.ts'
import { searchModules } from './search.ts'

/** Answers from one generation of a framework; what it gives is sent as JSON. */
export type Route = (framework: Framework, query: URLSearchParams) => unknown

/** The JSON of the command line, each at its own address. */
const routes: Readonly<Record<string, Route>> = {
  '/api/check': (framework, query) => {
    const paths = query.getAll('path')
    return framework.check(paths.length > 0 ? { paths } : {})
  },
  '/api/command': (framework, query) => framework.command(required(query, 'name')),
  '/api/commands': (framework) => framework.list('commands'),
  '/api/context': (framework, query) => {
    required(query, 'reference')
    return framework.context(query.getAll('reference'), contextOptions(query))
  },
  '/api/frame': (framework, query) =>
    frameAt(
      framework,
      required(query, 'path'),
      wholeNumber(query, 'line', { least: 1, most: 9_999_999, otherwise: 1 }),
    ),
  '/api/graph': async (framework, query) => {
    const graph = await framework.graph()
    const id = query.get('around')
    const limits = { least: 0, most: 100, otherwise: 1 }
    return id === null ? graph : graphAround(graph, id, wholeNumber(query, 'depth', limits))
  },
  '/api/modules': (framework) => framework.list('modules'),
  '/api/resolve': (framework, query) =>
    answerResolve(framework, required(query, 'reference'), query.get('from') ?? undefined),
  '/api/search': (framework, query) =>
    searchModules(
      framework,
      required(query, 'query').slice(0, 1000),
      wholeNumber(query, 'limit', { least: 1, most: 1000, otherwise: 50 }),
    ),
  '/api/snapshot': (framework) => snapshotOf(framework),
  '/api/trace': (framework, query) => framework.trace(required(query, 'module')),
  '/api/why': (framework, query) => {
    const who = query.get('who')
    if (who !== null) return framework.who(who, { deep: query.get('deep') === 'true' })
    return framework.explain(required(query, 'reference'), query.get('from') ?? undefined)
  },
}

/** The addresses of the API that are read, as they are written in a manual. */
export const readAddresses: readonly string[] = [...Object.keys(routes), '/api/modules/{id}']

/** The route of an address; undefined when there is none. */
export function findRoute(path: string): Route | undefined {
  if (Object.hasOwn(routes, path)) return routes[path]
  const id = /^\/api\/modules\/(.+)$/.exec(path)?.[1]
  return id === undefined ? undefined : (framework) => answerModule(framework, decodePath(id))
}
