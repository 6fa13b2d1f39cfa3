/** What of the training methods a window knows before a lab has told of them: pure. */
export { defaultMethod } from '../training/methods/table.ts';
