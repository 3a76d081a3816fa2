// An application that does not answer, so that one delivery is under way and none gets in the way of accepting.
export default { fetch: () => new Promise((resolve) => setTimeout(resolve, 3_600_000)) };
