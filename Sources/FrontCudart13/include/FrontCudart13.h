// A front has no C interface of its own: it exports the API's names, from front.S.
