import { sluiceHome } from '../home.ts';
import { openStore, type Store } from '../runs/store.ts';

/** Opens the store of this user's home folder for as long as `use` takes. */
export async function withStore<T>(use: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(sluiceHome());
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
