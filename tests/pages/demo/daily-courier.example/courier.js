// What the paper itself runs: it counts a visit of its own, and does nothing to its readers.
fetch("/visit.json").then((reply) => reply.text());
