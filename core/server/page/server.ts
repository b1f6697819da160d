import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import { api, type ServerState } from './api.ts'

/** How the server was started; undefined until it has said so. */
export const ServerContext = createContext<ServerState | undefined>(undefined)

/** What this server lets the page do. */
export function useServer(): { readonly allowRun: boolean; readonly editor: string | null } {
  const { allowRun = false, editor = null } = useContext(ServerContext) ?? {}
  return { allowRun, editor }
}

/** Asks the server how it was started, again whenever the page is connected anew. */
export function useServerState(isConnected: boolean): ServerState | undefined {
  const [state, setState] = useState<ServerState>()
  useEffect(() => {
    if (isConnected) api.state().then(setState, () => {})
  }, [isConnected])
  return state
}
