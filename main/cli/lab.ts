import { sluiceHome } from '../home.ts';
import type { Access } from '../runs/store/database.ts';
import { openStore, type Store } from '../runs/store/store.ts';

/** Opens the store of this user's home folder for as long as `use` takes. */
export async function withStore<T>(use: (store: Store) => T | Promise<T>, access?: Access): Promise<T> {
  const store = openStore(sluiceHome(), access);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
