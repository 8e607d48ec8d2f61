"""The pages of research groups: one's own, one of them with its members, and what is done there."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.groups import invitations, leaving, members
from accounts.groups.forms import GroupForm, InvitationForm, RoleForm, SuccessorForm
from accounts.groups.pages import group_page, groups_page
from accounts.models import ResearchGroup
from mastportal.conflicts import Conflict
from mastportal.htmx import render_page
from mastportal.tables.columns import BadQuery


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    user, form = cast(User, request.user), GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = members.make(user, form.cleaned_data["name"])
        except (BadQuery, Conflict) as error:
            form.add_error("name", error.message)
        else:
            return redirect("group", group_id=group.pk)
    context = {"form": form, **groups_page(user)}
    return render_page(request, "accounts/group_list.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, group: ResearchGroup, status: int = 200, **more: Any) -> HttpResponse:
    """The group's page, with what a form that was just sent adds to it."""
    context = {"name_form": GroupForm({"name": group.name}), "invitation_form": InvitationForm()}
    context |= group_page(group, cast(User, request.user))
    return render_page(request, "accounts/group.html", context | more, status=status)


def _tried(
    request: HttpRequest, group: ResearchGroup, deed: Callable[[], Any], done: str, then: str = ""
) -> HttpResponse:
    """Back to the page when `deed` is done, with `done` said; the page with the reason when it cannot be."""
    try:
        deed()
    except Conflict as error:
        return _page(request, group, status=409, refused=error.message)
    messages.success(request, done)
    return redirect(then or reverse("group", args=[group.pk]))


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, group_id: int) -> HttpResponse:
    return _page(request, members.to_read(request.user, group_id))


@login_required
@require_POST
def rename(request: HttpRequest, group_id: int) -> HttpResponse:
    group, form = members.to_run(request.user, group_id), GroupForm(request.POST)
    if form.is_valid():
        before = group.name
        try:
            members.rename(group, form.cleaned_data["name"])
        except BadQuery as error:
            group.name = before
            form.add_error("name", error.message)
        else:
            messages.success(request, f"The group is called {group.name} now.")
            return redirect("group", group_id=group_id)
    return _page(request, group, status=422, name_form=form)


@login_required
@require_POST
def change_role(request: HttpRequest, group_id: int, member_id: int) -> HttpResponse:
    group, form = members.to_run(request.user, group_id), RoleForm(request.POST)
    name = members.seat_of(group, member_id).user.get_username()
    if not form.is_valid():
        return HttpResponseBadRequest("There is no such role.", content_type="text/plain; charset=utf-8")
    role = form.cleaned_data["role"]
    return _tried(
        request,
        group,
        lambda: members.change_role(request.user, group, member_id, role),
        f"{name} is {role} now.",
    )


@login_required
@require_POST
def remove_member(request: HttpRequest, group_id: int, member_id: int) -> HttpResponse:
    group = members.to_run(request.user, group_id)
    person = members.seat_of(group, member_id).user
    done = f"{person.get_username()} is no longer in the group; what they shared with it stays."
    then = reverse("groups") if person == request.user else ""
    return _tried(request, group, lambda: leaving.remove(request.user, group, member_id), done, then)


@login_required
@require_POST
def leave(request: HttpRequest, group_id: int) -> HttpResponse:
    """Go; the last owner names who is to be one instead."""
    group, form = members.to_read(request.user, group_id), SuccessorForm(request.POST)
    if not form.is_valid():
        raise Http404
    successor, user = form.cleaned_data["successor"], cast(User, request.user)
    done = f"You left {group.name}. What you shared with it stays there."
    return _tried(request, group, lambda: leaving.leave(user, group, successor), done, reverse("groups"))


@sensitive_variables("secret", "link")
@login_required
@never_cache
@require_POST
def invite(request: HttpRequest, group_id: int) -> HttpResponse:
    """Make a link and show it, this once."""
    group, form = members.to_run(request.user, group_id), InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, group, status=422, invitation_form=form)
    told = form.cleaned_data
    try:
        made, secret = invitations.make(cast(User, request.user), group, told.pop("role"), **told)
    except Conflict as error:
        return _page(request, group, status=409, refused=error.message)
    link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    return _page(request, group, new_link=link, new_invitation=made)


@login_required
@require_POST
def withdraw(request: HttpRequest, group_id: int, invitation_id: int) -> HttpResponse:
    group = members.to_run(request.user, group_id)
    if not invitations.withdraw(cast(User, request.user), group, invitation_id):
        raise Http404
    messages.success(request, "The invitation was withdrawn; its link is good no more.")
    return redirect(reverse("group", args=[group_id]) + "#invitations")
