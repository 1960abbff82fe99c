/** The file with the code cache for the Node that runs. */
export const cacheName: string = `init-${process.version}-${process.arch}.cache`;
