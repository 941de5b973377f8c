"""How quick the page is: first paint of a small search, and a search of a thousand candidates."""
