"""What a person is told whose change met another's, or a lock: 409, and the way on."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from basket import access
from mastportal.conflicts import Conflict, Outdated

View = Callable[..., HttpResponse]
NOT_REPEATED = {"csrfmiddlewaretoken", "revision"}


def told_of_conflicts(view: View) -> View:
    """A view of one basket whose change may meet another's; what was overtaken can be sent once more."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, basket_id: int, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, basket_id=basket_id, **kwargs)
        except Conflict as error:
            context = {"basket": access.basket_to_read(request.user, basket_id), "error": error}
            if isinstance(error, Outdated):
                lists = request.POST.lists()
                context["fields"] = [(n, v) for n, vs in lists if n not in NOT_REPEATED for v in vs]
            return render(request, "basket/conflict.html", context, status=409)

    return told
